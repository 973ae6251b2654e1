"""A training process is killed during its run, and the next process resumes the run to exactly the same end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from glyphstudio.engine.runs.log import read_log
from glyphstudio.engine.runs.runs import Run, Runs, RunState
from glyphstudio.engine.weights.file import load_weights
from glyphstudio.ui.train.messages import Finished
from glyphstudio.ui.train.panel import TrainingPanel
from tests.ui.train.making import FakeCurves, Heard, few_drawings, tiny_plan, training_thread

_ROOT = Path(__file__).parents[3]
_WHOLE = tiny_plan(name="Whole", steps=30, save_every=3, validate_every=15)
_CHILD = """
import sys
from pathlib import Path
import pytest
from PySide6.QtWidgets import QApplication
from glyphstudio.engine.runs.runs import Runs
from glyphstudio.ui.train.panel import TrainingPanel
from glyphstudio.ui.train.worker import TrainingWorker
from tests.ui.train.making import FakeCurves, few_drawings, tiny_plan

app = QApplication([])
few_drawings(pytest.MonkeyPatch())
thread = TrainingWorker(Runs(Path(sys.argv[1])))
panel = TrainingPanel(thread, FakeCurves)
panel.show()
thread.took.connect(lambda taken: print(taken[-1].step, flush=True))
panel.start(tiny_plan(name="Cut off", steps=30, save_every=3, validate_every=15))
app.exec()
"""


def test_a_killed_training_is_offered_and_resumed_to_the_same_end(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few_drawings(monkeypatch)
    folder = tmp_path / "runs"
    command = [sys.executable, "-c", _CHILD, str(folder)]
    where = os.environ | {"PYTHONPATH": str(_ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT, env=where) as child:
        assert child.stdout is not None
        assert any(int(line) >= 8 for line in child.stdout), "it ended before it could be killed"
        child.send_signal(signal.SIGKILL)
    (run,) = Runs(folder).all()
    assert run.state is RunState.RUNNING, "a killed process cannot change the state"
    assert 6 <= run.step < 30

    with training_thread(folder) as thread:
        heard, panel = Heard(thread), TrainingPanel(thread, FakeCurves)
        qtbot.addWidget(panel)
        panel.show()
        said: list[str] = []
        panel.interrupted.connect(said.append)
        panel.look_for_interrupted()
        qtbot.waitUntil(lambda: bool(said))
        assert said == [f"A training was interrupted: Cut off at step {run.step} of 30."]
        assert panel.offer.isVisible()
        panel.offer.resume.click()
        assert not panel.offer.isVisible()
        resumed = heard.wait(qtbot, Finished).run
        assert 1 < run.step < heard.steps[0].step, "it must resume from its saved state"
        thread.start(_WHOLE)
        whole = heard.wait(qtbot, Finished, 2).run
    assert resumed is not None
    assert whole is not None
    assert (resumed.state, resumed.step) == (RunState.DONE, 30)
    assert tensors(resumed) == tensors(whole), "not the same to the last bit"
    mine, theirs = read_log(resumed.log), read_log(whole.log)
    both = set(zip(mine.step, mine.loss, strict=True)) & set(zip(theirs.step, theirs.loss, strict=True))
    assert len(both) == len(mine.step) >= 29, "only the step that was being saved at the kill may lack a line"
    assert mine.step[-1] == 30
    assert mine.validation[-1] == theirs.validation[-1]


def tensors(run: Run) -> dict[str, object]:
    """Return the learned parameters and the calibration. The rest of the file depends on the time."""
    weights = load_weights(run.weights)
    learned = {name: tensor.tolist() for name, tensor in weights.learner.state_dict().items()}
    return {**learned, "calibration": asdict(weights.calibration)}
