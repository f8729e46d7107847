"""While much is imported no garbage is looked for; after it, it is, whatever came of that."""

import gc

import pytest

from gpu_node.imports import importing


def test_garbage_is_looked_for_again_after_an_import_that_failed() -> None:
    with pytest.raises(ImportError), importing():
        assert not gc.isenabled()
        raise ImportError
    assert gc.isenabled()
