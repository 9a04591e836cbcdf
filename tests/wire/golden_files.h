// The files of tests/vectors/wire: golden bytes, files that are wrong in one respect, and the index that says what
// each reader must answer. tests/vectors/README.md describes them.
#ifndef EXPT_TESTS_WIRE_GOLDEN_FILES_H_
#define EXPT_TESTS_WIRE_GOLDEN_FILES_H_

#include <map>
#include <string>

namespace expt::wire {

// Path below tests/vectors/wire -> bytes, index.json among them. The same bytes at every call.
std::map<std::string, std::string> MakeGoldenFiles();

}  // namespace expt::wire

#endif  // EXPT_TESTS_WIRE_GOLDEN_FILES_H_
