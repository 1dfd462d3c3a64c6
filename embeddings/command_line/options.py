"""What the commands share: options, and the index that they open."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from embeddings.defaults import Asking, nothing_is_set
from embeddings.errors import InputError

if TYPE_CHECKING:
    from embeddings.index.folder import IndexFolder, OpenIndex
    from embeddings.model.encoder import SentenceEncoder
    from embeddings.search.look_up import CatalogueLookUp, LookUp
    from embeddings.search.service import Search
    from embeddings.settings import Settings

MOST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class Context:
    """The options that stand before or after a command's name."""

    config: Path | None = None
    index: Path | None = None
    as_json: bool = False

    def settings(self) -> Settings:
        from embeddings.settings import Settings, load_settings

        return load_settings(Settings, self.config)

    def asking(self) -> Asking:
        """The settings by which questions are answered."""
        return Asking() if nothing_is_set(self.config) else self.settings().asking

    def folder(self) -> IndexFolder:
        from embeddings.index.folder import IndexFolder

        root = self.index or self.asking().path
        if root.is_file():
            raise InputError(f"{root} is a file; the index needs a folder of its own")
        return IndexFolder(root)

    def encoder(self, model: str | None = None) -> SentenceEncoder:
        """The encoder of the model named by --model, else by the settings, else by the index; else the default's."""
        from embeddings.errors import IndexMissingError, IndexUnusableError
        from embeddings.model.encoder import DEFAULT_MODEL, SentenceEncoder

        model = model or self.settings().index.model
        if model is None:
            try:
                model = self.folder().manifest().model.name
            except (IndexMissingError, IndexUnusableError):
                model = DEFAULT_MODEL
        return SentenceEncoder(model)

    @contextmanager
    def opened(self) -> Iterator[OpenIndex]:
        index = self.folder().open()
        try:
            yield index
        finally:
            index.close()

    @contextmanager
    def look_up_events(self) -> Iterator[CatalogueLookUp]:
        """The catalogue of the index alone, to be asked for events by their days and ids."""
        from embeddings.search.look_up import CatalogueLookUp

        with self.folder().catalogue() as catalogue:
            yield CatalogueLookUp(catalogue)

    @contextmanager
    def look_up(self) -> Iterator[LookUp]:
        """The index, to be asked for what needs no model."""
        from embeddings.index.threads import compute_alone
        from embeddings.search.look_up import LookUp

        compute_alone()
        with self.opened() as index:
            yield LookUp(index)

    @contextmanager
    def search(self, first: str = "") -> Iterator[Search]:
        """The index, to be asked questions; with `first` the model is made ready while the rest is loaded."""
        from embeddings.index.threads import compute_alone
        from embeddings.search.opening import open_search

        asking = self.asking()
        compute_alone()
        with open_search(self.folder(), asking.model, asking.encoder, asking.rerank, first=first) as search:
            yield search


class Day(click.ParamType[dt.date]):
    """YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is not a day; write it as 2015-12-23", param, ctx)


class WebAddress(click.ParamType[str]):
    """http:// or https://."""

    name = "URL"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from pydantic import TypeAdapter, ValidationError

        from embeddings.settings import WebAddress as Address

        try:
            return TypeAdapter[str](Address).validate_python(value)
        except ValidationError:
            shown = value.rpartition("@")[2]  # a password may stand before it
            self.fail(f"{shown} is not a web address; name one such as https://en.wikipedia.org/w/api.php", param, ctx)


def shared_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add --index and --config to a command; users may write them before or after the command's name."""
    for option in (
        click.option("--index", type=click.Path(path_type=Path), help="Folder of the index.  [default: the config's]"),
        click.option(
            "--config", type=click.Path(path_type=Path), help="Config file.  [default: config.toml, if there]"
        ),
    ):
        command = option(command)
    return command


def answers(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a command that answers, and call the command with a Context as its first argument.

    This must be the innermost of the command's decorators.
    """

    @click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
    @shared_options
    @click.pass_context
    @functools.wraps(command)
    def wrapped(ctx: click.Context, /, index: Path | None, config: Path | None, as_json: bool, **options: Any) -> None:
        outer: Context = ctx.obj
        context = replace(outer, index=index or outer.index, config=config or outer.config, as_json=as_json)
        if context.config is not None:  # a file that was named must be sound, whether or not the command needs it
            context.settings()
        command(context, **options)

    return wrapped


limit_option = click.option(
    "--limit", type=click.IntRange(1, MOST_EVENTS), default=5, show_default=True, help="How many events at most."
)
accept_removals_option = click.option(
    "--accept-removals", is_flag=True, help="Take events out of the index, however many they are."
)
days_option = click.option(
    "--days/--no-days",
    default=None,
    help="Fetch Wikipedia's articles on the days of the year, too.  [default: the config's; once fetched, yes]",
)
report_option = click.option(
    "--report", type=click.Path(path_type=Path), help="Write each page or line that could not be read."
)
today_option = click.option(
    "--today",
    type=Day(),
    default=lambda: dt.datetime.now(dt.UTC).date(),
    help="The day that counts as today.  [default: UTC]",
)
unanswerable_option = click.option(
    "--unanswerable",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Measure instead how often an answer is held back: from those questions, and from these, one a line.",
)


@contextmanager
def opened_for_writing(path: Path | None) -> Iterator[Any]:
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise InputError(f"the report {path} cannot be written: {error.strerror}") from error
    with file:
        yield file
