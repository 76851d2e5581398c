"""Pages whose templates are compiled once: a program makes one app, and here each test makes one."""

from collections.abc import Iterator
from types import CodeType

import jinja2
import pytest

_compile = jinja2.Environment.compile


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once() -> Iterator[None]:
    """All apps are alike, so the code of a template is the same in all of them."""
    compiled: dict[tuple[object, ...], CodeType] = {}

    def compile_once(environment: jinja2.Environment, *of: object) -> CodeType:
        if of not in compiled:
            compiled[of] = _compile(environment, *of)  # type: ignore[call-overload]
        return compiled[of]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", compile_once)
        yield
