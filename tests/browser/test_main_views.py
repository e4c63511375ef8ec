"""Picking in 3D, links, and users who do not disturb one another."""

from __future__ import annotations

from tests.browser.app import click_bond, free_bonds, go_to, open_page, slice_title, viewer, wait_for_words, words_of


def test_permalink_opened_first_on_a_fresh_server_shows_the_whole_app(server, new_page):
    page = new_page()
    open_page(page, server, "slices", structure="au4_sh4", bond="0-4")
    assert "S4–Au0" in slice_title(page)
    page.get_by_test_id("stSidebarNav").get_by_text("Structure", exact=True).wait_for()


def test_bond_clicked_in_3d_is_the_bond_of_the_slices_page(server, new_page):
    page = new_page()
    open_page(page, server, "structure", structure="au25_sh18_anion")
    target = next(t for t in free_bonds(page) if t["kind"] == "S-Au")
    click_bond(page, target)
    page.wait_for_url(f"**bond={target['i']}-{target['j']}*")
    go_to(page, "ELF slices")
    assert f"S{max(target['i'], target['j'])}–Au{min(target['i'], target['j'])}" in slice_title(page)
    wait_for_words(page, bond=f"{target['i']}-{target['j']}")


def test_link_of_a_view_opens_the_same_view_for_another_user(server, new_page):
    first, second = new_page(), new_page()
    open_page(first, server, "slices", structure="au4_sh4", bond="0-4", azimuth="35")
    title = slice_title(first)
    first.wait_for_url("**azimuth=35*")
    second.goto(first.url)
    assert slice_title(second) == title
    assert "35°" in title


def test_two_users_with_different_structures_do_not_disturb_one_another(server, new_page):
    one, other = new_page(), new_page()
    open_page(one, server, "slices", structure="au4_sh4", bond="0-4")
    open_page(other, server, "slices", structure="au3_sh3", bond="0-3")
    assert "S4–Au0" in slice_title(one)
    assert "S3–Au0" in slice_title(other)
    target = next(t for t in free_bonds(other) if (t["i"], t["j"]) != (0, 3))
    click_bond(other, target)
    go_to(one, "Structure")
    viewer(one)
    wait_for_words(one, structure="au4_sh4", bond="0-4")
    wait_for_words(other, structure="au3_sh3", bond=f"{target['i']}-{target['j']}")
    assert set(words_of(one)) == {"structure", "bond"}


def test_camera_stays_when_the_page_runs_again_and_when_it_is_left_and_entered(server, new_page):
    page = new_page()
    open_page(page, server, "structure", structure="au4_sh4")
    view = viewer(page)
    view.evaluate("el => { el.view.viewer.rotate(40, 'y'); el.view.viewer.render(); }")
    turned = view.evaluate("el => el.view.viewer.getView()")
    click_bond(page, free_bonds(page)[0])
    assert viewer(page).evaluate("el => el.view.viewer.getView()") == turned
    go_to(page, "ELF slices")
    page.locator(".js-plotly-plot").first.wait_for()
    now = viewer(page).evaluate("el => el.view.viewer.getView()")
    assert all(abs(a - b) < 1e-6 for a, b in zip(now, turned, strict=True))


def test_app_asks_nothing_of_the_network_outside(server, new_page):
    page = new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    open_page(page, server)
    page.get_by_role("button", name="Look at a bond in Au25").click()
    slice_title(page)
    viewer(page)
    outside = [url for url in asked if not url.startswith((server, server.replace("http", "ws"), "data:", "blob:"))]
    assert outside == []


def test_back_and_forward_buttons_of_the_browser_bring_the_view_back(server, new_page):
    page = new_page()
    open_page(page, server, "structure", structure="au4_sh4")
    free = free_bonds(page)
    for target in free[:2]:
        click_bond(page, target)
        page.wait_for_url(f"**bond={target['i']}-{target['j']}*")
    page.go_back()
    page.locator(f".viewer[data-selected='{free[0]['index']}']").wait_for()
    wait_for_words(page, bond=f"{free[0]['i']}-{free[0]['j']}")
    page.go_forward()
    page.locator(f".viewer[data-selected='{free[1]['index']}']").wait_for()


def test_linear_molecule_along_the_line_of_sight_is_turned_so_that_its_bond_can_be_clicked(server, new_page, tmp_path):
    path = tmp_path / "hydrogen.xyz"
    path.write_text("2\nhydrogen\nH 0 0 0\nH 0 0 0.74\n")
    page = new_page()
    open_page(page, server)
    page.locator("input[type=file]").set_input_files(path)
    page.wait_for_url("**/structure?*")
    viewer(page)
    assert [(t["i"], t["j"]) for t in free_bonds(page)] == [(0, 1)]


def test_no_atom_is_cut_off_in_a_view_that_is_higher_than_wide(server, new_page):
    page = new_page()
    page.set_viewport_size({"width": 1050, "height": 1000})
    open_page(page, server, "structure", structure="au25_sh18_anion", bond="1-31")
    viewer(page)
    go_to(page, "ELF slices")
    slice_title(page)
    outside = viewer(page).evaluate(
        "el => { const box = el.querySelector('.canvas').getBoundingClientRect();"
        " return el.view.data.scene.atoms.filter(([, x, y, z]) => { const p = el.view.viewer.modelToScreen({x, y, z});"
        " return p.x - scrollX < box.left || p.x - scrollX > box.right; }).length; }"
    )
    assert outside == 0
