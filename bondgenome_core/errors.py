"""The one family of errors that the interface turns into a sentence for the user.

Every message says what is wrong and what to do about it.  Anything that is not a
``BondGenomeError`` is a bug and stays visible.
"""


class BondGenomeError(ValueError):
    """Base class: bad input or a calculation that could not be done."""


class StructureError(BondGenomeError):
    """A structure cannot be read, built or is physically impossible."""


class ElectronsError(BondGenomeError):
    """An electronic-structure calculation or import cannot be done or did not converge."""


class ArtefactError(BondGenomeError):
    """A stored file is unknown, damaged, too new or fails its hash."""


class GenomeError(BondGenomeError):
    """A genome is malformed or no model accepts the bond."""


class JobError(BondGenomeError):
    """A job cannot be started or was cancelled."""


class SliceError(BondGenomeError):
    """A slice request makes no sense."""


class PotentialError(BondGenomeError):
    """A potential cannot be used on these atoms, or cannot be explained."""


class AmonError(BondGenomeError):
    """A molecule has no amons, or nothing can be learned from them."""
