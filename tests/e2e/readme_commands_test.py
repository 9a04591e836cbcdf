"""The commands that README.md shows for the running demo, as they stand there."""

import re
import subprocess
import unittest

from programs import BIN, SOURCE, Case


class ReadmeCommands(Case):
    def test_each_does_what_it_should(self):
        self.start()
        self.run_program("simulation", "seed", "--state", self.directory / "key.json")
        text = (SOURCE / "README.md").read_text(encoding="utf-8")
        (block,) = re.findall(r"^## Command line\n.*?^```sh\n(.*?)^```$", text, re.M | re.S)
        (self.directory / "build").mkdir()
        (self.directory / "build/bin").symlink_to(BIN)
        done = subprocess.run(["bash", "-euc", block], cwd=self.directory, env=self.environment, text=True,
                              capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertRegex(done.stderr, r"^(expt: warning: .*\n)*$")
        print(done.stdout)
        for part in (r'^experiment "checkout-test"', r"treatment .* better$", r"^version \d+ digest [0-9a-f]{64}$",
                     r'^{"flag":"new-checkout","value":false,.*"reason":"DEFAULT"',
                     r'^flag "new-checkout": true \(variant "on"\), TARGETING_MATCH, rule "swiss"$'):
            self.assertRegex(done.stdout, re.compile(part, re.M))


if __name__ == "__main__":
    unittest.main()
