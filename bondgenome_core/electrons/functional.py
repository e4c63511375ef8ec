"""Exchange-correlation functionals by libxc's names."""

from ..errors import ElectronsError


def check_functional(name: str) -> None:
    """Raises ElectronsError for a name that libxc, as PySCF reads it, does not know."""
    from pyscf.dft.libxc import parse_xc

    try:
        parse_xc(name)
    except (KeyError, ValueError) as error:
        raise ElectronsError(f"There is no functional called {name[:40]!r}; use one of libxc's names, as pbe.") from error
