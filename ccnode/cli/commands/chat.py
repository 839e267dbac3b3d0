"""How does a person talk to the assistant? Line by line on a terminal, or one question with -m."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli.errors import FAILED, INTERRUPTED, USAGE, CliError
from ccnode.cli.params import Command, SessionName, pass_state
from ccnode.cli.text import clean, line

if TYPE_CHECKING:
    from ccnode.cli.state import State
    from ccnode.cli.turn import Reply, Talk

SHOWN_BEFORE: Final = 6
SESSIONS_SHOWN: Final = 15
CHARS_SHOWN: Final = 2000
HELP: Final = """\
/new            begin another conversation
/sessions       list the newest conversations
/open SESSION   go on with another one: its id, the beginning of that, or last
/again          another reply to your last question
/continue       the rest of a reply that was interrupted
/quit           leave (Ctrl-D, too)
Ctrl-C stops a reply; what there is of it is kept. A line that ends in \\ goes on in the next."""


@click.command("chat", cls=Command, short_help="Talk to the assistant, or ask one question with -m.")
@click.argument("session", required=False, type=SessionName())
@click.option("-m", "--message", metavar="TEXT", help="Ask this and print the reply; - reads the question from stdin.")
@pass_state
def command(state: State, *, session: str | None, message: str | None) -> int:
    """Talk to the assistant, or ask one question with -m.

    SESSION is a conversation to go on with: its id, a unique beginning of that, or `last`. Without it a new one begins.
    """
    from ccnode.cli.client import Client
    from ccnode.cli.turn import Talk

    home = state.node()
    if message is not None:
        text = _question(message)
        talk = Talk(state, Client(home, state.environment), show=not state.json)
        return _ask_once(state, talk, _resolved(state, session) if session else None, text)
    if state.json:
        raise CliError("--json needs a question", code="usage", remedy="use -m TEXT", exit_code=USAGE)
    if not sys.stdin.isatty():
        raise CliError("standard input is no terminal", code="usage", remedy="use -m TEXT, or -m - to read it",
                       exit_code=USAGE)  # fmt: skip
    client = Client(home, state.environment)
    # Said now that no daemon runs, not after the first question; and that the model will soon be gone.
    for problem in client.get("/api/v1/status").get("problems") or []:
        if isinstance(problem, dict) and problem.get("code") == "model_retires":
            state.warn(str(problem.get("message", "")))
    return _Conversation(state, client, Talk(state, client, show=True)).run(session)


def _question(message: str) -> str:
    """The question's text. Raises CliError where it is too long, empty, or not valid Unicode."""
    from ccnode_protocol.records import TEXT_BYTES_MAX

    if message == "-":
        data = sys.stdin.buffer.read(TEXT_BYTES_MAX + 1)
        try:
            text = data.decode("utf-8") if len(data) <= TEXT_BYTES_MAX else "x" * len(data)
        except UnicodeDecodeError as error:
            raise CliError(f"the question is not UTF-8 at byte {error.start}", code="invalid",
                           remedy="convert it to UTF-8") from error  # fmt: skip
        text = text.removesuffix("\n")
    else:
        text = message
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise CliError("the question is not valid Unicode", code="invalid", remedy="convert it to UTF-8") from error
    if size > TEXT_BYTES_MAX:
        raise CliError(f"a message has at most {TEXT_BYTES_MAX} bytes", code="too_large", remedy="send less of it")
    if not text.strip():
        raise CliError("the question is empty", code="usage", exit_code=USAGE)
    return text


def _resolved(state: State, session: str) -> str:
    import uuid

    from ccnode.cli import local
    from ccnode.store import views

    return str(uuid.UUID(bytes=local.ask(state.node(), views.resolve_session(session))))


def _ask_once(state: State, talk: Talk, session: str | None, text: str) -> int:
    from ccnode.cli.turn import Question, sources_text

    session = session or str(talk.start()["session_id"])
    reply = talk.ask(Question(session, text))
    state.emit(reply.data(), sources_text(reply.sources) or None)
    if reason := reply.broke_off:
        rest = "to ask for the rest: ccnode chat" if reply.is_full else "the rest: ccnode session continue"
        state.note(f"{reason}; {rest} {session[:8]}")
    else:
        state.note(f"(to go on: ccnode chat {session[:8]})")
    return 0 if reply.state == "complete" else FAILED


class _Conversation:
    """An interactive talk. A conversation is opened with its first question, so that none stays empty."""

    def __init__(self, state: State, client: Any, talk: Talk) -> None:  # noqa: ANN401  # Client, imported late
        self._state = state
        self._client = client
        self._talk = talk
        self._session: str | None = None

    def run(self, session: str | None) -> int:
        self._prepare_line_editing()
        try:
            if session is not None:
                self._open(session)
            else:
                self._offer_waiting()
            self._state.note("Ask something; /help shows what else there is.")
            while True:
                if (text := self._read()) is None:
                    return 0
                with self._told():
                    if self._handle(text):
                        return 0
        except (KeyboardInterrupt, click.Abort):
            self._state.note("")
            return INTERRUPTED

    @contextlib.contextmanager
    def _told(self) -> Any:  # noqa: ANN401  # a generator
        """An error in one turn is said, and the talk goes on."""
        from ccnode.cli.errors import explained

        try:
            yield
        except BrokenPipeError:
            raise
        except Exception as error:
            known = explained(error)
            if known is None:
                raise
            self._state.fail(known)

    def _prepare_line_editing(self) -> None:
        # History lives in memory alone: a file of it would outlive what is forgotten.
        with contextlib.suppress(ImportError):
            import readline

            readline.set_auto_history(True)

    def _read(self) -> str | None:
        """One question, of one or several lines; None at the end."""
        lines: list[str] = []
        while True:
            try:
                got = input("... " if lines else "> ")
            except EOFError:
                sys.stdout.write("\n")
                return None
            except UnicodeDecodeError:
                self._state.warn("that line was not valid UTF-8")
                continue
            if not got.endswith("\\"):
                return "\n".join([*lines, got])
            lines.append(got[:-1])

    def _handle(self, text: str) -> bool:
        """Do what a line asks for; True to leave."""
        from ccnode.cli.turn import Question

        word, _, rest = text.strip().partition(" ")
        if not word:
            return False
        if word in {"/quit", "/exit", "/q"}:
            return True
        if word == "/help":
            click.echo(HELP)
        elif word == "/new":
            self._session = None
            click.echo("A new conversation begins with your next question.")
        elif word == "/sessions":
            self._list()
        elif word == "/open":
            self._open(rest.strip() or "last")
        elif word == "/continue" and self._session:
            self._show(self._talk.go_on(self._session))
        elif word == "/again" and self._session:
            self._show(self._talk.regenerate(self._session))
        elif word.startswith("/") and "/" not in word[1:]:
            click.echo(f"{clean(word)} is not known here; /help shows what is.")
        else:
            checked = _question(text)
            if self._session is None:
                self._session = str(self._talk.start()["session_id"])
            self._show(self._talk.ask(Question(self._session, checked)))
        return False

    def _show(self, reply: Reply) -> None:
        from ccnode.cli.turn import sources_text

        if sources := sources_text(reply.sources):
            click.echo(sources)
        if reason := reply.broke_off:
            rest = "Ask for the rest in a new message" if reply.is_full else "/continue asks for the rest"
            self._state.note(f"({reason}; what there is of it is kept. {rest})")
        click.echo()

    def _list(self) -> None:
        from ccnode.cli import local, shapes
        from ccnode.cli.text import local as moment
        from ccnode.store import views

        for one in local.ask(self._state.node(), views.sessions(SESSIONS_SHOWN)):
            said = shapes.session(one)
            waiting = "  (waits for an answer)" if one.unanswered else ""
            click.echo(
                f"{said['session_id'][:8]}  {moment(views.ms_of(one.last))}  {line(one.title or '-', 60)}{waiting}"
            )

    def _open(self, name: str) -> bool:
        """Go on with a conversation; False where its last question was to have no answer now."""
        from ccnode.cli import local
        from ccnode.cli.folding import folded, width_of_terminal
        from ccnode.store import views

        home = self._state.node()
        self._session = _resolved(self._state, name)
        session = local.ask(home, views.resolve_session(name))
        known, said = local.facts(home, views.session(session), views.branch(session, SHOWN_BEFORE))
        click.echo(f"{self._session}  {line(known.title, 60)}")
        width = width_of_terminal()
        for one in said:
            text = _beginning(clean(one.text)) if one.text is not None else "(erased)"
            click.echo(folded(f"> {text}" if one.role == "user" else f"{text}\n", width))
        self._remember([one.text for one in said if one.role == "user" and one.text])
        return self._offer(self._session) if known.unanswered else True

    def _remember(self, questions: list[str]) -> None:
        with contextlib.suppress(ImportError):
            import readline

            for question in questions:
                readline.add_history(line(question, 2000))

    def _offer_waiting(self) -> None:
        """Where a question of some earlier talk has no answer, say so and offer to have it answered now."""
        waiting = self._client.get("/api/v1/status").get("unanswered") or []
        if waiting and isinstance(waiting[0], dict):
            with self._told():
                if not self._open(str(waiting[0].get("session_id"))):
                    self._session = None  # who did not want it came to talk of something else
                    self._state.note("It is kept. A new conversation begins with your next question.")

    def _offer(self, session: str) -> bool:
        wanted = click.confirm("This question has no answer yet. Have it answered now?", default=True, err=True)
        if wanted:
            with self._told():
                self._show(self._talk.resume(session))
        return wanted


def _beginning(text: str) -> str:
    """What is shown again of a message that was said before: a long one would push all others off the screen."""
    if len(text) <= CHARS_SHOWN:
        return text
    return f"{text[:CHARS_SHOWN]}... ({len(text) - CHARS_SHOWN} more characters: ccnode session show)"
