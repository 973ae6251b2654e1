"""The usual endings of the files that are read, for file dialogs. The content decides what a file is."""

PICTURES = (
    "png",
    "jpg",
    "jpeg",
    "webp",
    "avif",
    "heic",
    "heif",
    "bmp",
    "gif",
    "tif",
    "tiff",
    "pbm",
    "pgm",
    "ppm",
    "pnm",
)
DOCUMENTS = ("pdf", "svg", "svgz", "xopp", "xoj")
INK = ("inkml", "xml", "ndjson", "unp", "dat")
EVERY = (*PICTURES, *DOCUMENTS, *INK)
