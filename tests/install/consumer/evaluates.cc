// Evaluates every flag of a signed snapshot file, one decision a line. Usage: evaluates SNAPSHOT ROOT
#include <fstream>
#include <iostream>
#include <sstream>

#include "expt/evaluate.h"

namespace {

std::string Read(const char* path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto root = expt::Root::Parse(Read(argv[2]));
  if (!root.ok()) {
    std::cerr << root.status() << "\n";
    return 1;
  }
  const auto snapshot = expt::Snapshot::Parse(Read(argv[1]), expt::Trust{.root = *root});
  if (!snapshot.ok()) {
    std::cerr << snapshot.status() << "\n";
    return 1;
  }
  const expt::Context user("u1", {{"country", "CH"}});
  for (size_t i = 0; i < snapshot->flag_count(); ++i) {
    std::cout << expt::ToJson(expt::Evaluate(*snapshot, snapshot->flag(i).key, user, {})) << "\n";
  }
  return 0;
}
