#include "control-plane/service/csv.h"

#include <algorithm>

namespace expt::service {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// What spreadsheets take for the beginning of a formula.
bool BeginsFormula(std::string_view text) {
  return !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
}

bool IsNumber(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !is_digit(text.front())) return false;
  const size_t point = std::min(text.find('.'), text.size());
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  return std::all_of(text.begin(), text.begin() + static_cast<ptrdiff_t>(point), is_digit) &&
         std::all_of(fraction.begin(), fraction.end(), is_digit);
}

// Apostrophes and, behind them, what begins a formula.
bool IsGuarded(std::string_view text) {
  const size_t quotes = std::min(text.find_first_not_of('\''), text.size());
  return quotes > 0 && BeginsFormula(text.substr(quotes));
}

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(text) {
  if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
}

void CsvReader::SkipLine() {
  at_ = std::min(text_.find('\n', at_), text_.size());
  if (at_ == text_.size()) return;
  ++at_;
  ++next_line_;
}

char CsvReader::ReadQuoted(std::string* field) {
  const size_t start = at_;
  const size_t start_line = next_line_;
  for (++at_;;) {
    const size_t quote = text_.find('"', at_);
    if (quote == std::string_view::npos) {
      // The line is all that can be told to be wrong: what follows is read as if the quote had not been there.
      at_ = start;
      next_line_ = start_line;
      error_ = "a quote is never closed";
      SkipLine();
      return 0;
    }
    field->append(text_.substr(at_, quote - at_));
    next_line_ += static_cast<size_t>(std::count(text_.begin() + static_cast<ptrdiff_t>(at_),
                                                 text_.begin() + static_cast<ptrdiff_t>(quote), '\n'));
    at_ = quote + 1;
    if (!text_.substr(at_).starts_with('"')) break;
    field->push_back('"');
    ++at_;
  }
  if (text_.substr(at_).starts_with("\r\n")) ++at_;
  if (at_ == text_.size()) return 0;
  const char end = text_[at_++];
  if (end == ',') return end;
  if (end == '\n') {
    ++next_line_;
    return end;
  }
  error_ = "expected a comma or the end of the line after the closing quote";
  SkipLine();
  return 0;
}

char CsvReader::ReadField(std::string* field) {
  field->clear();
  if (text_.substr(at_).starts_with('"')) return ReadQuoted(field);
  const size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
  std::string_view plain = text_.substr(at_, end - at_);
  const bool is_last = end == text_.size() || text_[end] == '\n';
  if (is_last && plain.ends_with('\r')) plain.remove_suffix(1);
  if (plain.find('"') != std::string_view::npos) {
    error_ = "a quote stands in a field that does not begin with one";
    SkipLine();
    return 0;
  }
  field->assign(plain);
  if (end == text_.size()) {
    at_ = end;
    return 0;
  }
  at_ = end + 1;
  if (text_[end] == '\n') ++next_line_;
  return text_[end];
}

bool CsvReader::Next(std::vector<std::string>* fields) {
  error_.clear();
  while (at_ < text_.size() && (text_[at_] == '\n' || text_.substr(at_).starts_with("\r\n"))) SkipLine();
  if (at_ == text_.size()) return false;
  line_ = next_line_;
  size_t count = 0;
  char end = ',';
  while (end == ',' && error_.empty()) {
    if (fields->size() == count) fields->emplace_back();
    end = ReadField(&(*fields)[count++]);
  }
  fields->resize(count);
  return true;
}

std::string CsvField(std::string_view text) {
  std::string field;
  if ((BeginsFormula(text) && !IsNumber(text)) || IsGuarded(text)) field += '\'';
  field.append(text);
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string_view WithoutCsvGuard(std::string_view field) { return IsGuarded(field) ? field.substr(1) : field; }

}  // namespace expt::service
