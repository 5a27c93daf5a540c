"""The policy that a CI run is judged by: that of the commit it starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from leakscan.ci.run import CiRun
from leakscan.gitstore.layout import Layout
from leakscan.gitstore.quick import QuickStore
from leakscan.policy.config import BASELINE_NAME, CONFIG_NAME
from leakscan.policy.files import ReadFile, files_below
from leakscan.scanning.settings import Settings


@dataclass(frozen=True, slots=True)
class CiPolicy:
    """`read` gives the files of the policy; `of_base`: they are not those of the checkout; `changed`: the change
    brings others along."""

    read: ReadFile
    of_base: bool
    changed: tuple[str, ...] = ()

    def applied_to(self, settings: Settings) -> Settings:
        """The settings, with marks off where the change could bring its own, and a note for what it changes."""
        if not self.of_base:
            return settings
        notes = tuple(f"this change touches {name}: it counts once that is merged" for name in self.changed)
        policy = replace(settings.options.policy, marks=False, notes=notes)
        return replace(settings, options=replace(settings.options, policy=policy))


def policy_of(layout: Layout, run: CiRun) -> CiPolicy:
    """Files at the run's policy commit, or of the checkout if that sets the policy."""
    if run.whole or run.nothing or not run.policy:
        root = layout.work_tree or layout.git_dir
        return CiPolicy(files_below(root), of_base=False)
    found: dict[str, bytes | None] = {}
    with QuickStore(layout, all_refs=True) as store:

        def read(name: str) -> bytes | None:
            if name not in found:
                with QuickStore(layout, all_refs=True) as again:
                    found[name] = again.file(run.policy, name)
            return found[name]

        names = (CONFIG_NAME, BASELINE_NAME)
        for name in names:
            found[name] = store.file(run.policy, name)
        changed = tuple(name for name in names if store.file(run.head, name) != found[name])
    return CiPolicy(read, of_base=True, changed=changed)
