"""Label, symbol, unit and description of every quantity the interface shows, written once."""

from __future__ import annotations

from typing import NamedTuple


class Quantity(NamedTuple):
    """How a quantity is named on axes, in tables and in exports."""

    label: str
    symbol: str
    unit: str
    description: str

    @property
    def axis(self) -> str:
        """Axis title: label with its unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


QUANTITIES: dict[str, Quantity] = {
    "elf": Quantity("ELF", "η", "", "Electron localization function, 0 to 1; 0.5 is the uniform electron gas."),
    "length": Quantity("Bond length", "d", "Å", "Distance between the two atoms of a bond."),
    "along_bond": Quantity("Along the bond, z", "z", "Å", "Distance from the bond midpoint along the bond axis."),
    "across_bond": Quantity("Across the bond, x", "x", "Å", "Distance from the bond axis in the plane of the slice."),
    "gauge_quality": Quantity("Gauge quality", "|p|", "Å", "Size of the vector that fixes 'up'; small means ambiguous."),
    "orientation": Quantity("Orientation", "|s|", "", "How clearly one end of the bond is better anchored; small: ambiguous."),
    "rmse": Quantity("Reconstruction error", "RMSE", "", "Root mean square error of ELF over counting pixels."),
    "temperature": Quantity("Temperature", "T", "K", "Temperature of the molecular dynamics a snapshot was taken from."),
    "elf_max": Quantity("Largest ELF on the bond", "η max", "", "Largest ELF on the bond line outside masked cores."),
    "elf_max_position": Quantity("Place of largest ELF", "z max", "Å", "Where on the bond line ELF is largest; 0: midpoint."),
    "mean_elf": Quantity("Mean ELF", "⟨η⟩", "", "Mean ELF over the counting pixels of the image."),
    "kind": Quantity("Kind", "", "", "Elements of the bond."),
    "species": Quantity("Species", "", "", "Composition in gold and sulfur atoms."),
    "family": Quantity("Family", "", "", "Cluster of similar genomes."),
    "role": Quantity("Role", "", "", "Trained on (train), held out (test), or a relaxed structure."),
    "genome_distance": Quantity("Genome distance", "d", "sd", "Euclidean distance of whitened genomes, in standard deviations."),
}
QUANTITIES |= {
    "mayer_order": Quantity("Mayer bond order", "B", "", "Electron pairs shared by two atoms, in the basis of the calculation."),
    "wiberg_order": Quantity("Wiberg bond order", "W", "", "Electron pairs shared by two atoms, in intrinsic atomic orbitals."),
    "rho_bcp": Quantity("Density at the bond point", "ρ", "e/bohr³", "At the bond critical point, or the least on the line."),
    "laplacian_bcp": Quantity("Laplacian at the bond point", "∇²ρ", "e/bohr⁵", "Of the density, where its value is taken."),
    "bcp_found": Quantity("Critical point found", "", "", "Whether the density has a (3,−1) point of this bond."),
    "bcp_position": Quantity("Place of the bond point", "z ρ", "Å", "Along the bond from its midpoint."),
    "bcp_offset": Quantity("Bond point off the line", "", "Å", "Distance of the bond critical point from the bond line."),
    "ellipticity_bcp": Quantity("Ellipticity", "ε", "", "Ratio of the negative curvatures at the critical point, less one."),
    "polarization": Quantity("Polarization", "z/d", "", "Place of largest ELF over bond length; −0.5 left, 0.5 right atom."),
    "elf_max_at_edge": Quantity("Largest ELF at a core", "", "", "Whether ELF is largest where a core mask begins."),
    "elf_middle": Quantity("ELF at the midpoint", "η mid", "", "ELF at the midpoint of the bond."),
    "elf_centroid": Quantity("Centroid of ELF", "⟨z⟩/d", "", "Mean place of ELF on the bond line over bond length."),
    "charge_left": Quantity("Charge, left atom", "q left", "e", "Net charge in intrinsic atomic orbitals."),
    "charge_right": Quantity("Charge, right atom", "q right", "e", "Net charge in intrinsic atomic orbitals."),
    "charge_difference": Quantity("Charge across the bond", "Δq", "e", "Net charge of the right atom less that of the left."),
    "bond_class": Quantity("Place in the cluster", "", "", "Class of the bond's gold: core, staple, ring, chain, bare, slab."),
    "intruders_0": Quantity("Atoms in the window, 0°", "", "", "Other atoms within 1.5 Å of the plane and in its window."),
    "intruders_90": Quantity("Atoms in the window, 90°", "", "", "Other atoms within 1.5 Å of the plane and in its window."),
    "intruders_disc": Quantity("Atoms in the disc", "", "", "Other atoms within 2.4 Å of the bond midpoint."),
    "intruder_distance": Quantity("Nearest other atom", "", "Å", "From the bond midpoint to the nearest other atom."),
    "intruder_line_distance": Quantity("Other atom to the line", "", "Å", "From the bond line to the nearest other atom."),
    "crystal_misfit": Quantity("Misfit to fcc", "", "°", "Gold neighbours against the best fcc lattice, root mean square."),
    "crystal_110": Quantity("Angle to ⟨110⟩", "", "°", "Between the bond and the nearest such direction of the local lattice."),
    "crystal_111": Quantity("Angle to ⟨111⟩", "", "°", "Between the bond and the nearest such direction of the local lattice."),
    "crystal_100": Quantity("Angle to ⟨100⟩", "", "°", "Between the bond and the nearest such direction of the local lattice."),
    "motion_stretch": Quantity("Stretch", "Δd", "Å", "Bond length less that of the relaxed structure."),
    "motion_transverse": Quantity("Transverse motion", "", "Å", "Motion of one atom past the other, across the relaxed bond."),
    "motion_shift": Quantity("Motion of the bond", "", "Å", "Mean displacement of its two atoms from the relaxed structure."),
    "mode_soft": Quantity("Stretch in soft modes", "", "Å", "Part of the stretch in normal modes below 150 cm⁻¹ (GFN1-xTB)."),
    "mode_stiff": Quantity("Stretch in stiff modes", "", "Å", "Part of the stretch in normal modes above 150 cm⁻¹ (GFN1-xTB)."),
    "mode_wavenumber": Quantity("Wavenumber of the stretch", "ν", "cm⁻¹", "Mean of the normal modes that stretch the bond."),
}
for _end in ("left", "right"):
    QUANTITIES |= {
        f"s_share_{_end}": Quantity(f"s share, {_end}", "s", "", f"Share of s orbitals of the {_end} atom in the bond order."),
        f"d_share_{_end}": Quantity(f"d share, {_end}", "d", "", f"Share of d orbitals of the {_end} atom in the bond order."),
        f"angle_max_{_end}": Quantity(f"Largest angle, {_end}", "", "°", f"With another bond of the {_end} atom."),
        f"angle_mean_{_end}": Quantity(f"Mean angle, {_end}", "", "°", f"With the other bonds of the {_end} atom."),
    }
QUANTITIES |= {
    f"g{k}": Quantity(f"Gene {k}", f"g{k}", "sd", "One of the eight values of a genome, in standard deviations from the mean.")
    for k in range(1, 9)
}
