// Writes the files of tests/vectors/wire: make_golden_files <directory>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/wire/golden_files.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_golden_files <directory>\n");
    return 2;
  }
  const std::filesystem::path directory(argv[1]);
  for (const auto& [name, bytes] : expt::wire::MakeGoldenFiles()) {
    const std::filesystem::path path = directory / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) {
      std::fprintf(stderr, "cannot write \"%s\"\n", path.c_str());
      return 1;
    }
  }
  return 0;
}
