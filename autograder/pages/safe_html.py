"""A student's text, code and outputs as HTML that can do nothing: no script, no request, no style.

Only what is named here comes through: sanitized Markdown, highlighted code, plain text,
pictures. A page is made from a template that escapes every other text.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from bleach.sanitizer import Cleaner
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from nbconvert.filters.ansi import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.files import Refused
from autograder.grade import pictures

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl"),
    *("dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p"),
    *("pre", "q", "s", "samp", "small", "span", "strong", "sub", "summary", "sup", "table"),
    *("tbody", "td", "th", "thead", "tr", "u", "ul", "var"),
}
PNG_URL = "data:image/png;base64,"
TEXT_LENGTH = 20_000  # characters of one output
# of a text that is converted: how many of these marks there may be. The converter's time grows with
# the square of the first, and all too fast with the others: a text of stars took seven seconds
MARKS = (("*_", 600), ('|<>&"`~[', 2000))
FORMAT = HtmlFormatter(nowrap=True)
STYLE = """
.code .k, .code .kn, .code .ow, .code .kc { color: var(--ink-keyword); font-weight: 600; }
.code .s1, .code .s2, .code .sd, .code .sa, .code .si { color: var(--ink-text); }
.code .c1 { color: var(--ink-comment); font-style: italic; }
.code .mi, .code .mf { color: var(--ink-number); }
.code .nf, .code .nc { color: var(--ink-name); font-weight: 600; }
"""
TEMPLATES = Environment(
    loader=PackageLoader("autograder.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, **values: Any) -> str:
    """Return the HTML of a page; every text of `values` that is not Markup is escaped."""
    return TEMPLATES.get_template(template).render(code_style=STYLE, **values)


def _allowed(tag: str, name: str, value: str) -> bool:
    """Say whether an attribute stays: links, spans of cells, pictures that the page holds."""
    if name == "src":
        kind, _, text = value.removeprefix("data:").partition(";base64,")
        try:
            picture = pictures.picture(kind, text)
        except Refused:
            return False
        return tag == "img" and value == f"data:{kind};base64,{picture.text}"
    if name == "href":
        return tag == "a" and bool(re.match(r"(https?://|mailto:)", value, re.IGNORECASE))
    return (tag, name) in (("a", "title"), ("img", "alt")) or (
        tag in ("td", "th") and name in ("colspan", "rowspan")
    )


# what is not allowed is shown as text, so that no part of an answer is lost
CLEANER = Cleaner(tags=TAGS, attributes=_allowed, protocols=["http", "https", "mailto", "data"])


def markdown(text: str, attachments: Mapping[str, Mapping[str, str]] | None = None) -> Markup:
    """Return a student's Markdown as HTML; its headings come below the page's own.

    attachments: the cell's, by file name and MIME type. A text that is too long, has very many
    marks, or cannot be read by the converter, is shown as it is.
    """
    as_it_is = Markup("<pre>") + without_terminal_codes(text) + Markup("</pre>")
    many = any(sum(map(text.count, marks)) > most for marks, most in MARKS)
    if many or len(text) > TEXT_LENGTH:
        return as_it_is
    pasted = {name: {"image/png": ""} for name in re.findall(r"attachment:([^\s)\"'>]+)", text)}
    for name, kinds in (attachments or {}).items():
        known = [(kind, str(kinds[kind])) for kind in pictures.BEGINNINGS if kind in kinds]
        # a name with a space is written with %20 where it is used
        pasted[name] = pasted[quote(name)] = dict(known[:1] or [("image/png", "")])
    renderer = IPythonRenderer(
        escape=False,
        allow_harmful_protocols=False,
        exclude_anchor_links=True,
        attachments=pasted,
    )
    try:
        html = CLEANER.clean(MarkdownWithMath(renderer=renderer).render(text))
    except Exception:  # whatever the converter makes of a student's Markdown
        return as_it_is
    return Markup(re.sub(r"(</?h)([1-6])>", lambda h: f"{h[1]}{min(6, int(h[2]) + 3)}>", html))


@pass_context
def in_formgrader(context: Context, text: str) -> Markup:
    """Return what `markdown` does, as a filter of nbconvert's templates, which formgrader uses."""
    return markdown(text, context.get("cell", {}).get("attachments"))


class EscapeNames(Preprocessor):
    """Escapes what formgrader's page of a submission says of its student: its template does not."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Return the notebook as it is, and the resources with names that are only text."""
        names = {
            key: str(escape(resources[key]))
            for key in ("student", "last_name", "first_name", "notebook_path", "filename")
            if isinstance(resources.get(key), str)
        }
        resources.update(names)
        return nb, resources


def code_in_formgrader(text: str, **options: Any) -> Markup:
    """Return what `code` does, as nbconvert's filter `highlight_code`."""
    return Markup('<div class="highlight"><pre>') + code(text) + Markup("</pre></div>")


@lru_cache(maxsize=256)  # a class has the same checks
def code(text: str) -> Markup:
    """Return Python as highlighted HTML; a text that is too long is not highlighted."""
    if len(text) > TEXT_LENGTH:
        return escape(text)
    return Markup(highlight(text, PythonLexer(stripnl=False), FORMAT).rstrip("\n"))


def without_terminal_codes(text: Any) -> str:
    """Return an output's text without terminal colours and control characters, cut if long."""
    joined = "".join(text) if isinstance(text, list) else str(text)
    whole = re.sub(r"[^\n\t\x20-\x7e\xa0-\U0010ffff]", "", strip_ansi(joined[: 2 * TEXT_LENGTH]))
    if len(joined) > TEXT_LENGTH:
        whole = f"{whole[:TEXT_LENGTH]}\n… cut: the whole output has {len(joined):,} characters."
    return whole.rstrip()
