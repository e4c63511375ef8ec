"""BondGenome Explorer: navigation and nothing else; every page sets itself up."""

import streamlit as st

from bondgenome_ui.navigation import navigate
from bondgenome_ui.page import ICON, LOGO, NAME, SIDEBAR

st.set_page_config(page_title=NAME, page_icon=ICON, layout="wide", initial_sidebar_state=SIDEBAR)
st.logo(LOGO, size="large", icon_image=ICON)
navigate()
