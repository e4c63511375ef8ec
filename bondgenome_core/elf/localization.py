"""The electron localization function (Becke and Edgecombe, 10.1063/1.458517; in Kohn-Sham form Savin et al.).

Closed shell:  ELF = 1/(1 + (D/D0)^2),  D = tau - |grad rho|^2/(8 rho),  tau = 1/2 sum n |grad phi|^2,
D0 = (3/10)(3 pi^2)^(2/3) rho^(5/3).
Two spins, summed (Kohout and Savin, 10.1002/(SICI)1097-461X(1996)60:4<875::AID-QUA10>3.0.CO;2-4):
D = tau - 1/8 (|grad rho_a|^2/rho_a + |grad rho_b|^2/rho_b),  D0 = (3/10)(6 pi^2)^(2/3)(rho_a^(5/3) + rho_b^(5/3)).
All quantities in Hartree atomic units.
"""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

CLOSED_SHELL_PREFACTOR = 0.3 * (3 * pi**2) ** (2 / 3)
SPIN_PREFACTOR = 0.3 * (6 * pi**2) ** (2 / 3)
REGULARISATION = 1e-5
"""Added to D where regularised, as Multiwfn does: without it ELF returns to 1 far outside a molecule."""
TINY_DENSITY = 1e-30


def elf_closed_shell(rho: Tensor, gradient_squared: Tensor, tau: Tensor, *, regularise: bool = True) -> Tensor:
    """ELF from total density, |grad rho|^2 and tau, each (n_points,)."""
    d = tau - gradient_squared / (8 * rho.clamp_min(TINY_DENSITY))
    return _from_ratio(d, CLOSED_SHELL_PREFACTOR * rho.clamp_min(0) ** (5 / 3), regularise)


def elf_spin_polarised(rho: Tensor, gradient_squared: Tensor, tau: Tensor, *, regularise: bool = True) -> Tensor:
    """ELF from per-spin quantities, each (2, n_points)."""
    d = (tau - gradient_squared / (8 * rho.clamp_min(TINY_DENSITY))).sum(0)
    return _from_ratio(d, SPIN_PREFACTOR * (rho.clamp_min(0) ** (5 / 3)).sum(0), regularise)


def _from_ratio(d: Tensor, d0: Tensor, regularise: bool) -> Tensor:
    # D >= 0 in exact arithmetic; rounding may leave a small negative where one orbital dominates
    d = d.clamp_min(0) + (REGULARISATION if regularise else 0.0)
    # 1/(1 + (d/d0)^2) written without dividing by d0, which underflows far outside
    chi = d / d0.clamp_min(TINY_DENSITY)
    return 1 / (1 + chi * chi)
