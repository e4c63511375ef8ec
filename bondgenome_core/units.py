"""Conversions between the public units (Angstrom, eV) and atomic units (bohr, hartree).

Values: CODATA 2022 recommended values, https://doi.org/10.1103/RevModPhys.97.025002.
No other module may spell these numbers.
"""

ANGSTROM_PER_BOHR = 0.529177210544
BOHR_PER_ANGSTROM = 1.0 / ANGSTROM_PER_BOHR
EV_PER_HARTREE = 27.211386245981
HARTREE_PER_EV = 1.0 / EV_PER_HARTREE
EV_PER_KELVIN = 8.617333262e-5
KCAL_PER_MOL_PER_EV = 23.0605478306
