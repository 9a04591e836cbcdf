// Comma-separated values by RFC 4180, as spreadsheets write them: quotes, a byte order mark, lines that end with LF.
//
//   CsvReader reader(text);
//   std::vector<std::string> record;
//   while (reader.Next(&record)) ... reader.line() ...
//   if (!reader.error().empty()) ... line reader.line() ...
#ifndef EXPT_CONTROL_PLANE_SERVICE_CSV_H_
#define EXPT_CONTROL_PLANE_SERVICE_CSV_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace expt::service {

// Not thread-safe. The text must outlive it.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text);

  // The next record that is not an empty line; false at the end. A line that is not valid CSV is a record too: error()
  // says what is wrong with it, and reading goes on with the next line.
  bool Next(std::vector<std::string>* fields);

  // Where the record began, from 1.
  size_t line() const { return line_; }
  // Of the record that was read last; empty when it is valid.
  const std::string& error() const { return error_; }

 private:
  // The field at the place, and what ends it: a comma, a line feed, or 0 for the end.
  char ReadField(std::string* field);
  char ReadQuoted(std::string* field);
  void SkipLine();

  std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 0;
  size_t next_line_ = 1;
  std::string error_;
};

// A field of a file for spreadsheets: in quotes where it has to be, and with an apostrophe before what they would take
// for a formula. A number is none.
std::string CsvField(std::string_view text);

// Without the apostrophe that CsvField() has put there.
std::string_view WithoutCsvGuard(std::string_view field);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_CSV_H_
