"""Discord's error bodies, and what the driving side raises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]


class ApiError(Exception):
    """An answer that Discord refuses with: HTTP status, its own code, message and the tree of form errors."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code} {message}" + (f" {errors}" if errors else ""))
        self.status, self.code, self.message, self.errors = status, code, message, errors

    def body(self) -> Json:
        body: Json = {"message": self.message, "code": self.code}
        return body if self.errors is None else {**body, "errors": self.errors}


class NotOfferedError(ValueError):
    """What the test asks for is nothing that a user of Discord could do here."""


class NotAnsweredError(AssertionError):
    """The bot gave no answer where the test cannot go on without one."""


def unauthorized() -> ApiError:
    return ApiError(401, 0, "401: Unauthorized")


def not_found(code: int, what: str) -> ApiError:
    return ApiError(404, code, f"Unknown {what}")


def unknown_channel() -> ApiError:
    return not_found(10003, "Channel")


def unknown_guild() -> ApiError:
    return not_found(10004, "Guild")


def unknown_message() -> ApiError:
    return not_found(10008, "Message")


def unknown_webhook() -> ApiError:
    return not_found(10015, "Webhook")


def unknown_interaction() -> ApiError:
    return not_found(10062, "interaction")


def already_acknowledged() -> ApiError:
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def invalid_webhook_token() -> ApiError:
    return ApiError(401, 50027, "Invalid Webhook Token")


def missing_access() -> ApiError:
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    return ApiError(403, 50013, "Missing Permissions")


def empty_message() -> ApiError:
    return ApiError(400, 50006, "Cannot send an empty message")


class FormErrors:
    """Collects what is wrong with a body, each with the path to it, into Discord's tree."""

    def __init__(self) -> None:
        self._tree: Json = {}

    def __bool__(self) -> bool:
        return bool(self._tree)

    def add(self, path: Path, code: str, message: str) -> None:
        node = self._tree
        for part in path:
            node = node.setdefault(str(part), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_any(self) -> None:
        if self._tree:
            raise ApiError(400, 50035, "Invalid Form Body", self._tree)

    # The checks below are the ones that nearly every field needs.

    def text(self, value: object, path: Path, most: int, least: int = 0) -> bool:
        """Whether `value` is a text of `least` to `most` characters; says so if not."""
        if not isinstance(value, str):
            self.add(path, "BASE_TYPE_BAD_TYPE", f"Could not interpret {value!r} as string.")
        elif least and not value.strip():
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        elif not least <= len(value) <= most:
            self.length(path, most, least)
        else:
            return True
        return False

    def length(self, path: Path, most: int, least: int = 0) -> None:
        between = f"Must be between {least} and {most} in length."
        if least:
            self.add(path, "BASE_TYPE_BAD_LENGTH", between)
        else:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")

    def array(self, value: object, path: Path, most: int, least: int = 0) -> bool:
        """Whether `value` is a list of `least` to `most` entries; says so if not."""
        if not isinstance(value, list):
            self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        elif not least <= len(value) <= most:
            self.length(path, most, least)
        else:
            return True
        return False

    def mapping(self, value: object, path: Path) -> Json:
        """`value` if it is an object; else says so and gives an empty one to go on with."""
        if isinstance(value, dict):
            return value
        self.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return {}

    def choice(self, value: object, path: Path, allowed: Iterable[object]) -> bool:
        allowed = tuple(allowed)
        if not isinstance(value, bool) and value in allowed:
            return True
        names = ", ".join(str(each) for each in allowed)
        self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of ({names}).")
        return False

    def number(self, value: object, path: Path, least: float, most: float) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.add(path, "NUMBER_TYPE_COERCE", f"Value {value!r} is not a number.")
        elif value < least:
            self.add(path, "NUMBER_TYPE_MIN", f"Value should be greater than or equal to {least}.")
        elif value > most:
            self.add(path, "NUMBER_TYPE_MAX", f"Value should be less than or equal to {most}.")
        else:
            return True
        return False
