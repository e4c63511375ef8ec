"""The science of BondGenome Explorer: structures, electrons, ELF slices and bond genomes."""

__version__ = "0.1.0"
