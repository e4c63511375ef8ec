"""Dashboard: pinned views side by side, shared as a link, one offline file, or a session."""

from bondgenome_ui.dashboard_page import show_dashboard
from bondgenome_ui.page import run_page

run_page("Dashboard", show_dashboard)
