"""Headless Chromium over its own debugging pipe: no driver, no socket, nothing to download."""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from select import select
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_S = 60

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)
# Chromium reads its commands from descriptor 3 and answers on 4.
_START = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
)
_KEYS: Mapping[str, tuple[int, str]] = {
    "Tab": (9, ""),
    "Enter": (13, "\r"),
    "Home": (36, ""),
    "End": (35, ""),
    "ArrowLeft": (37, ""),
    "ArrowRight": (39, ""),
    "ArrowDown": (40, ""),
    " ": (32, " "),
}
_SHIFT = 8


def found() -> str | None:
    """Where a Chromium is."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Chromium:
    """A running browser."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._buffer = b""
        self._next = 0
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, session: str | None = None, **params: object) -> dict[str, Any]:
        """Send a command of the DevTools protocol and wait for its answer."""
        self._next += 1
        message = {"id": self._next, "method": method, "params": params}
        text = json.dumps(message | ({} if session is None else {"sessionId": session}))
        data = text.encode() + b"\0"
        while data:
            data = data[os.write(self._commands, data) :]
        while (answer := self._read()).get("id") != self._next:
            self.events.append(answer)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def wait_for(self, event: str) -> None:
        """Until that event has come; each is waited for once."""
        while not (met := [one for one in self.events if one.get("method") == event]):
            self.events.append(self._read())
        self.events.remove(met[0])

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            assert select([self._answers], [], [], PATIENCE_S)[0], "the browser does not answer"
            part = os.read(self._answers, 1 << 20)
            if not part:
                raise AssertionError("the browser has gone")
            self._buffer += part
        text, _, self._buffer = self._buffer.partition(b"\0")
        answer: dict[str, Any] = json.loads(text)
        return answer


class Tab:
    """One page of it."""

    def __init__(self, browser: Chromium) -> None:
        self._browser = browser
        self._target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """A command for this page."""
        return self._browser.call(method, self._session, **params)

    def close(self) -> None:
        """Close it."""
        self._browser.call("Target.closeTarget", targetId=self._target)

    def open(self, path: Path, *, fragment: str = "") -> float:
        """Open a file; the seconds until it was loaded and its script had run."""
        self.call("Page.navigate", url="about:blank")  # so that another fragment of the same file loads it again
        self._loaded()
        del self._browser.events[:]
        start = monotonic()
        failed = self.call("Page.navigate", url=path.as_uri() + fragment).get("errorText")
        assert failed is None, failed
        self._loaded()
        self.run("document.body.offsetHeight")
        return monotonic() - start

    def visit(self, url: str) -> None:
        """Open an address of this machine."""
        del self._browser.events[:]
        failed = self.call("Page.navigate", url=url).get("errorText")
        assert failed is None, failed
        self._loaded()

    def send(self, *keys: str) -> None:
        """Press keys that lead to another page, and wait for it."""
        del self._browser.events[:]
        self.press(*keys)
        self._loaded()

    def _loaded(self) -> None:
        self._browser.wait_for("Page.loadEventFired")

    def window(self, *, width: int, height: int = 900, dark: bool = False, media: str = "screen") -> None:
        """How big and how bright it is."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def script(self, *, enabled: bool) -> None:
        """Whether pages may run scripts."""
        self.call("Emulation.setScriptExecutionDisabled", value=not enabled)

    def run(self, expression: str) -> Any:
        """What an expression gives, in the page, past its policy."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait_until(self, expression: str) -> None:
        """Until an expression is true."""
        start = monotonic()
        while not self.run(expression):
            assert monotonic() - start < PATIENCE_S / 4, f"never: {expression}"

    def press(self, *keys: str, shift: bool = False) -> None:
        """Press keys as a person does."""
        for key in keys:
            code, text = _KEYS[key]
            event = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code}
            event |= {"modifiers": _SHIFT if shift else 0}
            self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **event)
            self.call("Input.dispatchKeyEvent", type="keyUp", **event)

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        for character in text:
            self.call("Input.dispatchKeyEvent", type="char", text=character)

    def picture(self, path: Path) -> None:
        """What the window shows, as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def paper(self, path: Path) -> None:
        """The page as it would be printed, as PDF."""
        path.write_bytes(base64.b64decode(self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"]))

    def complaints(self) -> list[str]:
        """Whatever the console would show as an error or warning, and every request that is not the page itself."""
        said = []
        for event in self._browser.events:
            match event:
                case {"method": "Log.entryAdded", "params": {"entry": {"level": "error" | "warning", "text": text}}}:
                    said.append(str(text))
                case {"method": "Runtime.exceptionThrown", "params": params}:
                    said.append(str(params))
                case {"method": "Runtime.consoleAPICalled", "params": params}:
                    said.append(str(params))
                case {"method": "Network.requestWillBeSent", "params": {"request": {"url": str(url)}}}:
                    said += [] if url.startswith(("file:", "data:,", "blob:")) else [f"request to {url}"]
        return said


@contextmanager
def browser(path: str) -> Iterator[Chromium]:
    """Start a browser with an empty profile; it ends with the block."""
    with TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        read, commands = _pipe()
        answers, write = _pipe()
        started = subprocess.Popen(
            [sys.executable, "-c", _START, str(read), str(write), path, *_FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(read, write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        try:
            yield Chromium(commands, answers)
        finally:
            os.close(commands)
            _end(started)
            os.close(answers)


def _pipe() -> tuple[int, int]:
    """A pipe whose ends are not in the way of 3 and 4."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in ends]
    for end in ends:
        os.close(end)
    return high[0], high[1]


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=5)  # it ends by itself when nobody can command it any more
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


Opened = Callable[..., Tab]
