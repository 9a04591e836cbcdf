"""What comes out of a loop."""

import collections
import pathlib


class Figures(collections.Counter):
    """Added over lives. Those of FAULTS must be 0."""

    FAULTS = ("acknowledged events lost", "events lost", "events doubled", "counter drift", "wrong answers",
              "damaged databases", "publishes lost", "results off", "events nobody tracked",
              "events refused by the server", "events not delivered", "snapshots lost", "rolled back",
              "damaged files of the client")

    @property
    def faults(self):
        return {name: self[name] for name in self.FAULTS if self[name]}


def run(life_of, cycles_of_a_life, folder, cycles, seed, shim, cuts_power, stop_at_fault=False):
    """Lives until there were `cycles` cycles: their figures, the slowest start in seconds, what went wrong in words.

    A life has cycle(), which ends a program by force once; end(), which compares what is there with what was promised,
    begins nothing new and answers with the figures; stop(), starts and notes.
    """
    figures, starts, notes = Figures(), [0.0], []
    done = 0
    while done < cycles and not (stop_at_fault and figures.faults):
        life = life_of(pathlib.Path(folder) / "life", seed * 1000 + done, shim, cuts_power)
        count = min(cycles_of_a_life, cycles - done)
        try:
            for _ in range(count):
                life.cycle()
            life.end()
        except (AssertionError, OSError) as error:
            # A start or a check that fails is a fault of its own.
            life.figures["wrong answers"] += 1
            life.notes.append(str(error))
        finally:
            life.stop()
        figures.update(life.figures)
        starts += life.starts
        notes += life.notes
        done += count
    return figures, max(starts), notes
