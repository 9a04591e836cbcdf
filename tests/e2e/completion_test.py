"""Completion scripts load in their shells and complete what the command line knows."""

import shutil
import subprocess
import unittest

from programs import Case


class Completion(Case):
    def script(self, shell):
        return self.write(f"completion.{shell}", self.expt("completion", shell).stdout)

    def complete(self, *words):
        script = self.script("bash")
        listing = " ".join(f"'{word}'" for word in words)
        code = (f"source '{script}'; COMP_WORDS=({listing}); COMP_CWORD={len(words) - 1}; _expt; "
                'printf "%s\\n" "${COMPREPLY[@]}"')
        result = subprocess.run(["bash", "-c", code], text=True, capture_output=True, check=True)
        self.assertEqual(result.stderr, "")
        return result.stdout.split()

    def test_bash_loads_and_completes(self):
        subprocess.run(["bash", "-n", str(self.script("bash"))], check=True)
        self.assertEqual(self.complete("expt", "ev"), ["eval", "events"])
        self.assertEqual(self.complete("expt", "events", ""), ["send", "--help"])
        self.assertEqual(self.complete("expt", "eval", "--sn"), ["--snapshot"])
        self.assertIn("--timeout", self.complete("expt", "events", "send", "--url", "x", "--"))

    def test_zsh_and_fish_where_they_are_installed(self):
        for shell in ("zsh", "fish"):
            script = self.script(shell)
            self.assertGreater(script.stat().st_size, 500)
            if shutil.which(shell):
                subprocess.run([shell, "-n", str(script)], check=True)


if __name__ == "__main__":
    unittest.main()
