"""A small convolutional autoencoder: layers that the shipped dense ones lack."""

from bondgenome_core.genome.network import Architecture, Layer

CONVOLUTIONAL = Architecture(
    (
        Layer("conv", (1, 16, 2)), Layer("silu"), Layer("conv", (16, 32, 2)), Layer("silu"),
        Layer("conv", (32, 48, 2)), Layer("silu"), Layer("flatten"),
        Layer("linear", (3072, 48)), Layer("silu"), Layer("linear", (48, 8)),
    ),
    (
        Layer("linear", (8, 64)), Layer("silu"), Layer("linear", (64, 2048)), Layer("silu"), Layer("reshape", (32, 8, 8)),
        Layer("upsample"), Layer("conv", (32, 32, 1)), Layer("silu"), Layer("upsample"), Layer("conv", (32, 16, 1)),
        Layer("silu"), Layer("conv", (16, 4, 1)), Layer("shuffle"), Layer("sigmoid"),
    ),
)  # fmt: skip
