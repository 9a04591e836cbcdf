// A file of unit ids -> unit ids -> a file again: what was read is what is written and read anew.
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/csv.h"
#include "control-plane/service/member_file.h"
#include "tests/fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace expt::service;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CsvReader reader(text);
  std::vector<std::string> record;
  size_t line = 0;
  while (reader.Next(&record)) {
    expt::fuzz::Expect(reader.line() > line, "lines rise");
    expt::fuzz::Expect(!record.empty(), "a record has a field");
    line = reader.line();
  }
  for (const std::string_view column : {"", "id"}) {
    Problems problems;
    const std::vector<std::string> unit_ids = ReadMemberFile(text, column, "account", problems);
    for (const Problem& problem : problems) expt::fuzz::Expect(!problem.text.empty(), "a problem says what it is");
    const std::string stored = JoinMembers(unit_ids);
    expt::fuzz::Expect(SplitMembers(stored) == unit_ids, "what is stored is what was read");
    Problems none;
    const std::string file = WriteMemberFile(stored, "account");
    expt::fuzz::Expect(ReadMemberFile(file, "account", "account", none) == unit_ids, "a download is its own upload");
    expt::fuzz::Expect(none.empty(), "a download is valid");
  }
  return 0;
}
