"""What people decided and found, written in the form that the dataset's contract asks for: the two halves meet here."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from doudi.casework.exchange.services import Exported, Form, results_export
from doudi.config.loads import loader
from doudi.contracts.read import load_contracts

DATASET = "casework_result"


def decisions_export(folder: Path, at: datetime) -> Exported:
    """Write everything until now into a new folder. To be called as the loader; see `results_export`."""
    contract = load_contracts()[DATASET]
    form = Form(contract.dataset, contract.title, {field.name: field.header for field in contract.fields})
    return results_export(loader(), folder=folder, form=form, at=at)
