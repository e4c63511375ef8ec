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
    f"g{k}": Quantity(f"Gene {k}", f"g{k}", "sd", "One of the eight values of a genome, in standard deviations from the mean.")
    for k in range(1, 9)
}
