"""Fax pages as arrays and as TIFF files, and a page to test with. Sizes and resolutions: ITU-T T.4."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageSequence, UnidentifiedImageError

from drivers.fax.errors import BadDocument

Page = NDArray[np.bool_]
"""bool (rows, columns), True is black."""

Resolution = Literal["standard", "fine", "superfine"]

COLUMNS = 1728
"""Of A4 and letter at 8 columns a millimetre."""

DOTS_ACROSS = 204
DOTS_DOWN: dict[Resolution, int] = {"standard": 98, "fine": 196, "superfine": 391}
ROWS: dict[Resolution, int] = {"standard": 1143, "fine": 2286, "superfine": 4573}
"""Rows of A4 (297 mm)."""

MIN_IS_WHITE = {262: 0}


def write_pages(file: Path, pages: Sequence[Page], resolution: Resolution = "fine") -> None:
    """Write a TIFF file of fax pages (T.6). Raises ValueError when there is none."""
    if not pages:
        raise ValueError("a document has at least one page")
    first, *rest = [Image.fromarray(~page) for page in pages]
    dots = (DOTS_ACROSS, DOTS_DOWN[resolution])
    first.save(file, "TIFF", save_all=True, append_images=rest, compression="group4", dpi=dots, tiffinfo=MIN_IS_WHITE)


def read_pages(file: Path) -> list[Page]:
    """The pages of a TIFF file. Raises BadDocument."""
    try:
        with Image.open(file) as image:
            return [~np.asarray(page.convert("1"), np.bool_) for page in ImageSequence.Iterator(image)]
    except (UnidentifiedImageError, OSError) as error:
        raise BadDocument(f"{file}: cannot be read as pages: {error}") from error


def sample_page(title: str, rows: int = ROWS["fine"], columns: int = COLUMNS) -> Page:
    """A page to test with: text, rules of all widths, a chessboard, a wedge; the same title gives the same page."""
    image = Image.new("1", (columns, rows), 1)
    draw = ImageDraw.Draw(image)
    draw.text((80, min(60, rows // 8)), title, font=ImageFont.load_default(48))
    small = ImageFont.load_default(22)
    for row in range(150, rows - 360, 46):
        draw.text((80, row), f"{row:4d}  {title}: the quick brown fox jumps over the lazy dog 0123456789", font=small)
    page = ~np.asarray(image, np.bool_)
    _draw_patterns(page[-min(rows // 2, 320) :, 80 : columns - 80])
    return page


def _draw_patterns(area: Page) -> None:
    """Three bands: rules further and further apart, a chessboard of single dots, a wedge."""
    rows, columns = area.shape
    third = rows // 3
    across = np.arange(columns)
    area[:third] = (across % (2 + across // 40) == 0)[None]
    down = np.arange(third)[:, None]
    area[third : 2 * third, : columns // 4] = (across[: columns // 4] + down) % 2 == 0
    area[2 * third : 3 * third] = across[None] < down * columns // max(third, 1)
