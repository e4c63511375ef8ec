"""Learning physics: what the potentials have learned of chemistry, as five studies with their controls."""

from bondgenome_ui import studies
from bondgenome_ui.page import run_page, show_open_tab


def body() -> None:
    studies.introduce()
    show_open_tab(dict(studies.VIEWS.values()))


run_page("Learning physics", body)
