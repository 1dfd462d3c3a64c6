"""A small real discord.py bot for the server's own tests, with one command for each way of answering."""

from __future__ import annotations

import asyncio
from re import Match
from typing import Any, Self

import discord
from discord import app_commands


class Counter(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"count:(?P<count>\d+)"):
    """A button that lives in its `custom_id` alone."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(discord.ui.Button(label=f"Pressed {count} times", custom_id=f"count:{count}"))

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: Match[str], /) -> Self:
        return cls(int(match["count"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.edit_message(view=card(self.count + 1))


class Topic(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"topic"):
    def __init__(self) -> None:
        options = [discord.SelectOption(label=each.title(), value=each) for each in ("war", "peace")]
        super().__init__(discord.ui.Select(custom_id="topic", placeholder="A topic", options=options))

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: Match[str], /) -> Self:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        values = interaction.data["values"]  # type: ignore[index, typeddict-item]  # a select's data
        await interaction.response.send_message(f"chose {values[0]}", ephemeral=True)


def card(count: int) -> discord.ui.LayoutView:
    view = discord.ui.LayoutView(timeout=None)
    row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    row.add_item(Counter(count))
    row.add_item(discord.ui.Button(label="Source", url="https://example.org/"))
    topics: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
    topics.add_item(Topic())
    view.add_item(discord.ui.Container(discord.ui.TextDisplay(f"**Count** {count}"), row, topics))
    return view


class Form(discord.ui.Modal, title="Form"):
    name: discord.ui.Label[Any] = discord.ui.Label(text="Name", component=discord.ui.TextInput(custom_id="name"))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        field = self.name.component
        assert isinstance(field, discord.ui.TextInput)
        await interaction.response.send_message(f"hello {field.value}")


class SmallBot(discord.AutoShardedClient):
    """Its commands are synced when it starts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(intents=options.pop("intents", discord.Intents.default()), **options)
        self.tree = app_commands.CommandTree(self)
        self.gate = asyncio.Event()  # what `/wait` waits for
        self.errors: list[Exception] = []
        self.happened: list[str] = []  # gateway events, by name
        commands: list[Any] = [
            echo,
            where,
            later,
            slowly,
            wait,
            counter,
            refuse,
            revise,
            raw,
            pick,
            form,
            shout,
            daily,
            related,
        ]
        for command in commands:
            self.tree.add_command(command)
        self.tree.error(self._failed)

    async def _failed(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError) -> None:
        self.errors.append(getattr(error, "original", error))

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Counter, Topic)
        await self.tree.sync()

    async def on_socket_event_type(self, kind: str) -> None:
        self.happened.append(kind)


Interaction = discord.Interaction[SmallBot]


@app_commands.command()
async def echo(
    interaction: Interaction, text: app_commands.Range[str, 1, 200], count: int = 1, private: bool = False
) -> None:
    """Say it back"""
    await interaction.response.send_message(text * count, ephemeral=private)


@app_commands.command()
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def where(interaction: Interaction) -> None:
    """Say what the interaction tells"""
    assert interaction.channel is not None
    await interaction.response.send_message(
        f"guild={interaction.guild_id} channel={interaction.channel.type} locale={interaction.locale} "
        f"guild_locale={interaction.guild_locale} user={interaction.user.name} "
        f"manage={interaction.permissions.manage_guild} embeds={interaction.app_permissions.embed_links} "
        f"installed_by_user={interaction.is_user_integration()}"
    )


@app_commands.command()
async def later(interaction: Interaction, private: bool = False, then_private: bool = False) -> None:
    """Defer, then follow up twice"""
    await interaction.response.defer(ephemeral=private)
    await interaction.followup.send("first", ephemeral=then_private)
    await interaction.followup.send("second", ephemeral=then_private)


@app_commands.command()
async def slowly(interaction: Interaction) -> None:
    """Answer twice, which Discord refuses"""
    await interaction.response.defer()
    interaction.response._response_type = None
    await interaction.response.send_message("again")


@app_commands.command(name="wait")
async def wait(interaction: Interaction) -> None:
    """Answer when the gate opens"""
    await interaction.client.gate.wait()
    await interaction.response.send_message("at last")


@app_commands.command()
async def counter(interaction: Interaction) -> None:
    """A card with a button that counts"""
    await interaction.response.send_message(view=card(0))


@app_commands.command()
async def refuse(interaction: Interaction) -> None:
    """Defer for all, then answer this user alone"""
    await interaction.response.defer()
    await interaction.delete_original_response()
    await interaction.followup.send("not for you", ephemeral=True)


@app_commands.command()
async def revise(interaction: Interaction) -> None:
    """Change what was said, all of it"""
    await interaction.response.send_message("one")
    second = await interaction.followup.send("two", wait=True)
    third = await interaction.followup.send("three", wait=True)
    await interaction.edit_original_response(content=f"{(await interaction.original_response()).content}!")
    await second.edit(content="two!")
    await third.delete()


@app_commands.command()
async def raw(interaction: Interaction, length: int) -> None:
    """A card with so many characters"""
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.TextDisplay("x" * length))
    await interaction.response.send_message(view=view)


@app_commands.command()
async def pick(interaction: Interaction, word: str, hits: int = 3) -> None:
    """Complete a word"""
    await interaction.response.send_message(word)


@pick.autocomplete("word")
async def complete(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    hits = interaction.namespace.hits or 3
    return [app_commands.Choice(name=f"{current}{number}", value=f"{current}{number}") for number in range(hits)]


@app_commands.command()
async def form(interaction: Interaction) -> None:
    """Open a modal"""
    await interaction.response.send_modal(Form())


@app_commands.command()
async def shout(interaction: Interaction, quietly: bool = False) -> None:
    """Mention people"""
    mentions = discord.AllowedMentions.none() if quietly else discord.AllowedMentions.all()
    text = f"@everyone {interaction.user.mention}"
    await interaction.response.send_message(text, allowed_mentions=mentions)


daily = app_commands.Group(name="daily", description="Daily posts", default_permissions=discord.Permissions(32))


@daily.command(name="set")
async def daily_set(interaction: Interaction, channel: discord.TextChannel, role: discord.Role | None = None) -> None:
    """Name a channel and a role"""
    permissions = channel.permissions_for(channel.guild.me)
    await interaction.response.send_message(f"{channel.name} {role and role.name} sends={permissions.send_messages}")


@app_commands.context_menu(name="Find related events")
async def related(interaction: Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"related to {message.content!r} by {message.author.name}")
