"""How a person uses the app, in the words of the tests."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit


def open_page(page, server, path="", **words):
    page.goto(f"{server}/{path}?{urlencode(words)}" if words else f"{server}/{path}")


def viewer(page):
    """The 3D view, once it has drawn."""
    found = page.locator(".viewer[data-ready]")
    found.wait_for()
    return found


def free_bonds(page):
    """Bonds whose middle is not hidden behind others: index, atoms and where to click."""
    return viewer(page).evaluate(
        "el => el.view.data.scene.bonds.map((bond, index) => ({index, i: bond.i, j: bond.j, kind: bond.kind,"
        " ...el.view.target(index)})).filter((target) => target.free)"
    )


def click_bond(page, target):
    """Click a bond in 3D and wait until the view shows it selected."""
    page.mouse.click(target["x"], target["y"])
    page.locator(f".viewer[data-selected='{target['index']}']").wait_for()


def words_of(page):
    """What the address says."""
    return {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}


def wait_for_words(page, **expected):
    """Until the address says all of this: a page writes its address only when it has run to its end."""
    page.wait_for_function(
        "wanted => { const said = new URLSearchParams(location.search);"
        " return Object.entries(wanted).every(([key, value]) => said.get(key) === value); }",
        arg=expected,
    )


def go_to(page, title):
    """Enter a page and wait until it has run to its end: until then, what is on screen is of the page before."""
    link = page.get_by_test_id("stSidebarNavLink").filter(has=page.get_by_text(title, exact=True))
    path = link.get_attribute("href")
    link.click()
    page.wait_for_function(
        "path => location.pathname === new URL(path, location.href).pathname && location.search.includes('structure=')", arg=path
    )


def slice_title(page):
    """Title of the slice on screen."""
    title = page.locator(".js-plotly-plot .gtitle").first
    title.wait_for()
    return title.text_content()
