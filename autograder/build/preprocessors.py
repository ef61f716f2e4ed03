"""Steps added to nbgrader's own conversions by nbgrader_config.py."""

import re

from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor


class NamedStubs(ClearSolutions):
    """ClearSolutions whose stub says what is to be written.

    `### BEGIN SOLUTION Exercise A: choose the next server` becomes
    `raise NotImplementedError("Exercise A: choose the next server")`.
    """

    def _replace_solution_region(self, cell, language):
        messages = re.findall(r"### BEGIN SOLUTION *(.*)", cell.source)
        replaced = super()._replace_solution_region(cell, language)
        if cell.cell_type == "code":
            for message in messages:
                stub = f'raise NotImplementedError("{message.strip()}")'
                cell.source = cell.source.replace("raise NotImplementedError()", stub, 1)
        return replaced


class HideHiddenChecks(NbGraderPreprocessor):
    """Feedback without the text of hidden checks and rubrics, and without what they printed."""

    def preprocess_cell(self, cell, resources, cell_index):
        if "BEGIN HIDDEN TESTS" in cell.source:
            failed = any(_spoils(output) for output in cell.outputs)
            cell.source = "# Hidden check: " + ("it did not pass." if failed else "it passed.")
            cell.outputs = []
        cell.source = re.sub(
            r"(?ms)^### BEGIN MARK SCHEME$.*?^### END MARK SCHEME$\n?", "", cell.source
        )
        return cell, resources


def _spoils(output):
    """Return whether nbgrader gives no points for a check with this output."""
    return output.output_type == "error" or output.get("name") == "stderr"
