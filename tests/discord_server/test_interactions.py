from __future__ import annotations

from collections.abc import AsyncIterator

import discord
import pytest

from . import DiscordServer, NotAnsweredError, NotOfferedError, Timing, connected, discord_server
from .small_bot import SmallBot


@pytest.fixture
async def bot(discord_server: DiscordServer) -> AsyncIterator[SmallBot]:
    async with connected(SmallBot()) as client:
        yield client


async def test_a_slash_command_is_answered_with_its_options(discord_server: DiscordServer, bot: SmallBot) -> None:
    reply = await discord_server.slash("echo", {"text": "ho"}, count=3)
    assert reply.text == "hohoho"
    assert reply.error is None
    assert not reply.ephemeral
    assert not reply.deferred
    assert reply.acknowledged_after_s is not None
    assert [message.content for message in discord_server.post_history()] == ["hohoho"]


async def test_only_its_user_sees_an_ephemeral_answer(discord_server: DiscordServer, bot: SmallBot) -> None:
    reply = await discord_server.slash("echo", text="hush", private=True)
    assert reply.ephemeral
    assert discord_server.post_history() == []


@pytest.mark.parametrize(
    "options",
    [{}, {"text": ""}, {"text": "x" * 201}, {"text": "x", "other": 1}, {"text": 3}, {"text": "x", "count": "2"}],
)
async def test_what_a_user_cannot_type_is_not_sent(
    discord_server: DiscordServer, bot: SmallBot, options: dict[str, object]
) -> None:
    with pytest.raises(NotOfferedError):
        await discord_server.slash("echo", options)


async def test_an_unknown_command_names_the_known_ones(discord_server: DiscordServer, bot: SmallBot) -> None:
    with pytest.raises(NotOfferedError, match=r"there is no command 'ask', only \[.*'echo'"):
        await discord_server.slash("ask")


async def test_locale_permissions_and_place_reach_the_bot(discord_server: DiscordServer, bot: SmallBot) -> None:
    guild = discord_server.add_guild("Berlin", locale="de")
    user = discord_server.add_user("ida", locale="da")
    reply = await discord_server.slash(
        "where", guild=guild, user=user, permissions=discord.Permissions(manage_guild=True)
    )
    expected = f"guild={guild.id} channel=text locale=da guild_locale=de user=ida manage=True embeds=True"
    assert reply.text == f"{expected} installed_by_user=False"
    other = await discord_server.slash("where", guild=guild, user=user, locale="fr", guild_locale="ja")
    assert "locale=fr guild_locale=ja" in other.text
    assert "manage=False" in other.text


async def test_direct_messages_reach_the_bot(discord_server: DiscordServer, bot: SmallBot) -> None:
    reply = await discord_server.slash("where", guild=None)
    assert "guild=None channel=private" in reply.text
    assert reply.messages == discord_server.post_history(discord_server.direct_channel(discord_server.user))


async def test_a_user_installed_app_answers_where_the_bot_is_no_member(
    discord_server: DiscordServer, bot: SmallBot
) -> None:
    guild = discord_server.add_guild("Elsewhere", bot_is_member=False)
    reply = await discord_server.slash("where", guild=guild)
    assert f"guild={guild.id}" in reply.text
    assert "installed_by_user=True" in reply.text
    other = discord_server.add_user("other")
    private = discord_server.private_channel(discord_server.user, other)
    assert "channel=private" in (await discord_server.slash("where", channel=private)).text
    with pytest.raises(NotOfferedError, match="integration types"):
        await discord_server.slash("echo", text="x", guild=guild)


async def test_a_user_installed_app_without_external_apps_answers_privately(
    discord_server: DiscordServer, bot: SmallBot
) -> None:
    guild = discord_server.add_guild("Strict", bot_is_member=False, everyone=1 << 10)
    assert (await discord_server.slash("where", guild=guild)).ephemeral


async def test_a_user_installed_app_has_five_follow_ups(discord_server: DiscordServer, bot: SmallBot) -> None:
    async def chat(interaction: discord.Interaction[SmallBot]) -> None:
        await interaction.response.defer()
        for number in range(6):
            await interaction.followup.send(str(number))

    installs = discord.app_commands.AppInstallationType(guild=True, user=True)
    bot.tree.add_command(
        discord.app_commands.Command(name="chat", description="Talk", callback=chat, allowed_installs=installs)
    )
    await bot.tree.sync()
    guild = discord_server.add_guild("Elsewhere", bot_is_member=False)
    reply = await discord_server.slash("chat", guild=guild, wait=False)
    await reply.wait(lambda reply: reply.refusals)
    assert [message.content for message in reply.messages] == list("01234")
    assert reply.refusals[0].code == 40094


async def test_the_first_follow_up_has_the_visibility_of_the_deferral(
    discord_server: DiscordServer, bot: SmallBot
) -> None:
    reply = await discord_server.slash("later", then_private=True, wait=False)
    await reply.wait(lambda reply: len(reply.messages) == 2)
    assert reply.deferred
    assert [(message.content, message.ephemeral) for message in reply.messages] == [("first", False), ("second", True)]
    reply = await discord_server.slash("later", private=True, wait=False)
    await reply.wait(lambda reply: len(reply.messages) == 2)
    assert [message.ephemeral for message in reply.messages] == [True, False]


async def test_a_deferral_can_be_taken_back_for_a_private_answer(discord_server: DiscordServer, bot: SmallBot) -> None:
    reply = await discord_server.slash("refuse")
    assert reply.text == "not for you"
    assert reply.ephemeral
    assert discord_server.post_history() == []
    assert reply.original is not None
    assert reply.original.deleted


async def test_answers_can_be_read_edited_and_deleted(discord_server: DiscordServer, bot: SmallBot) -> None:
    reply = await discord_server.slash("revise", wait=False)
    await reply.wait(lambda reply: reply.text == "one!\ntwo!")
    assert [message.deleted for message in reply.interaction.followups] == [False, True]
    assert not reply.refusals


async def test_a_second_acknowledgement_is_refused(discord_server: DiscordServer, bot: SmallBot) -> None:
    reply = await discord_server.slash("slowly", wait=False)
    await reply.wait(lambda reply: reply.refusals)
    [error] = reply.refusals
    assert (error.status, error.code) == (400, 40060)
    await discord_server.until(lambda: bot.errors)
    assert isinstance(bot.errors[0], discord.HTTPException)
    assert bot.errors[0].code == 40060


async def test_an_answer_after_the_time_for_it_is_unknown() -> None:
    async with discord_server(timing=Timing(acknowledge_s=0.05)) as server, connected(SmallBot()) as bot:
        reply = await server.slash("wait")
        assert reply.error == "The application did not respond within 0.05 s"
        bot.gate.set()
        await server.until(lambda: reply.refusals)
        assert reply.refusals[0].body() == {"message": "Unknown interaction", "code": 10062}
        assert reply.messages == []


async def test_a_token_dies(discord_server: DiscordServer, bot: SmallBot) -> None:
    discord_server.interactions.timing = Timing(token_s=0.0)
    reply = await discord_server.slash("later", wait=False)
    await reply.wait(lambda reply: reply.refusals)
    assert (reply.refusals[0].status, reply.refusals[0].code) == (401, 50027)


async def test_a_button_acts_again_after_a_restart(discord_server: DiscordServer) -> None:
    async with connected(SmallBot()):
        reply = await discord_server.slash("counter")
        assert "**Count** 0" in reply.text
        pressed = await discord_server.press(reply, "Pressed 0 times")
        assert "**Count** 1" in pressed.text
    async with connected(SmallBot()):
        pressed = await discord_server.press(reply.message, "count:1")
        assert "**Count** 2" in reply.text
        assert pressed.message is reply.message
        assert reply.message.edits == 2


async def test_a_button_that_is_not_there_or_is_a_link_cannot_be_pressed(
    discord_server: DiscordServer, bot: SmallBot
) -> None:
    reply = await discord_server.slash("counter")
    with pytest.raises(NotOfferedError, match="no button 'Next'"):
        await discord_server.press(reply, "Next")
    with pytest.raises(NotOfferedError, match="link"):
        await discord_server.press(reply, "Source")


async def test_a_select_is_answered_for_value_and_label(discord_server: DiscordServer, bot: SmallBot) -> None:
    reply = await discord_server.slash("counter")
    assert (await discord_server.choose(reply, "topic", ["war"])).text == "chose war"
    chosen = await discord_server.choose(reply, "A topic", "Peace", user=discord_server.add_user("other"))
    assert chosen.text == "chose peace"
    assert chosen.ephemeral
    with pytest.raises(NotOfferedError, match="no option 'chess'"):
        await discord_server.choose(reply, "topic", ["chess"])


async def test_nobody_else_presses_a_private_message(discord_server: DiscordServer, bot: SmallBot) -> None:
    reply = await discord_server.slash("counter")
    reply.message.flags |= 64
    with pytest.raises(NotOfferedError, match="only reader sees"):
        await discord_server.press(reply, "count:0", user=discord_server.add_user("other"))


async def test_autocompletion_gives_the_choices(discord_server: DiscordServer, bot: SmallBot) -> None:
    choices = await discord_server.autocomplete("pick", {"word": "ab", "hits": 2}, focused="word")
    assert choices == [{"name": "ab0", "value": "ab0"}, {"name": "ab1", "value": "ab1"}]


@pytest.mark.parametrize(("word", "hits"), [("ab", 26), ("a" * 100, 1)])
async def test_too_many_or_too_long_choices_are_refused(
    discord_server: DiscordServer, bot: SmallBot, word: str, hits: int
) -> None:
    discord_server.interactions.timing = discord_server.timing = Timing(acknowledge_s=0.3)
    with pytest.raises(NotAnsweredError, match="50035"):
        await discord_server.autocomplete("pick", {"word": word, "hits": hits}, focused="word")


async def test_an_option_without_autocompletion_has_none(discord_server: DiscordServer, bot: SmallBot) -> None:
    with pytest.raises(NotOfferedError, match="no autocompletion"):
        await discord_server.autocomplete("echo", {"text": "a"}, focused="text")


async def test_a_message_menu_carries_the_message(discord_server: DiscordServer, bot: SmallBot) -> None:
    reply = await discord_server.message_menu("Find related events", "An earthquake in Japan")
    assert reply.text == "related to 'An earthquake in Japan' by reader"
    message = discord_server.say("Rain", user=discord_server.add_user("other"))
    assert "'Rain' by other" in (await discord_server.message_menu("Find related events", message)).text


async def test_a_sub_command_gets_channel_and_role(discord_server: DiscordServer, bot: SmallBot) -> None:
    news, role = discord_server.add_channel("news"), discord_server.add_role("readers")
    options = {"channel": news, "role": role}
    with pytest.raises(NotOfferedError, match="needs the permissions 32"):
        await discord_server.slash("daily set", options)
    reply = await discord_server.slash("daily set", options, permissions=32)
    assert reply.text == "news readers sends=True"
    discord_server.deny(news, "send_messages")
    reply = await discord_server.slash("daily set", {"channel": news}, forced=True)
    assert reply.text == "news None sends=False"


async def test_a_modal_is_filled_in(discord_server: DiscordServer, bot: SmallBot) -> None:
    opened = await discord_server.slash("form")
    assert opened.modal is not None
    assert opened.modal["title"] == "Form"
    assert (await discord_server.modal(opened, {"name": "Ida"})).text == "hello Ida"
    with pytest.raises(NotOfferedError, match="must be filled in"):
        await discord_server.modal(opened, {})


async def test_pings_are_those_that_allowed_mentions_lets_through(discord_server: DiscordServer, bot: SmallBot) -> None:
    loud = (await discord_server.slash("shout")).message
    assert loud.pings.everyone
    assert loud.pings.users == {discord_server.user.id}
    quiet = (await discord_server.slash("shout", quietly=True)).message
    assert quiet.text == loud.text
    assert not quiet.pings


async def test_a_thread_is_a_place_like_others(discord_server: DiscordServer, bot: SmallBot) -> None:
    thread = discord_server.add_thread("details")
    reply = await discord_server.slash("where", channel=thread)
    assert "channel=public_thread" in reply.text
    assert discord_server.post_history(thread) == reply.messages
    found = await bot.fetch_channel(thread.id)
    assert isinstance(found, discord.Thread)
    await found.send("more")
    discord_server.deny(discord_server.channel, "send_messages_in_threads")
    with pytest.raises(discord.Forbidden):
        await found.send("more")


async def test_an_answer_beyond_a_limit_is_refused(discord_server: DiscordServer, bot: SmallBot) -> None:
    reply = await discord_server.slash("raw", length=4_000)
    assert len(reply.text) == 4_000
    reply = await discord_server.slash("raw", length=4_001, wait=False)
    await discord_server.until(lambda: reply.refusals)
    assert reply.refusals[0].code == 50035
    assert "components" in (reply.refusals[0].errors or {})


async def test_nothing_answers_where_no_shard_is_connected(discord_server: DiscordServer) -> None:
    async with connected(SmallBot()):
        pass
    reply = await discord_server.slash("echo", text="x")
    assert "no gateway session" in (reply.error or "")
