// Columns that line up.
#ifndef EXPT_CONTROL_PLANE_CLI_TEXT_TABLE_H_
#define EXPT_CONTROL_PLANE_CLI_TEXT_TABLE_H_

#include <string>
#include <string_view>
#include <vector>

namespace expt::cli {

// Rows of cells; widths count code points. Not thread-safe.
class TextTable {
 public:
  // One letter for each column: 'l' left, 'r' right.
  explicit TextTable(std::string alignment) : alignment_(std::move(alignment)) {}

  void Row(std::vector<std::string> cells);
  void Rule();  // a line of dashes

  // Two blanks between columns, none at the end of a line.
  std::string Print() const;

 private:
  std::string alignment_;
  std::vector<std::vector<std::string>> rows_;  // an empty row is a rule
};

// "44,700".
std::string WithCommas(long long number);
// printf("%.*f").
std::string Fixed(double number, int decimals);

}  // namespace expt::cli

#endif  // EXPT_CONTROL_PLANE_CLI_TEXT_TABLE_H_
