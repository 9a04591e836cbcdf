#include "control-plane/service/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "control-plane/service/member_file.h"

namespace expt::service {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Each record as "line:field|field", or "line!error".
std::vector<std::string> Records(std::string_view text) {
  std::vector<std::string> records;
  CsvReader reader(text);
  std::vector<std::string> fields;
  while (reader.Next(&fields)) {
    std::string record = std::to_string(reader.line());
    if (!reader.error().empty()) {
      records.push_back(record + "!" + reader.error());
      continue;
    }
    for (size_t i = 0; i < fields.size(); ++i) record += (i == 0 ? ":" : "|") + fields[i];
    records.push_back(record);
  }
  return records;
}

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
  EXPECT_THAT(Records("\xef\xbb\xbf"
                      "a,b\r\n1,\"2,\"\"x\"\"\r\ny\"\r\n\r\n,\r\nlast"),
              ElementsAre("1:a|b", "2:1|2,\"x\"\r\ny", "5:|", "6:last"));
  EXPECT_THAT(Records("a\nb\n\n\nc\n"), ElementsAre("1:a", "2:b", "5:c"));
  EXPECT_THAT(Records("\"a\"\n\"\""), ElementsAre("1:a", "2:"));
  EXPECT_THAT(Records(""), IsEmpty());
  EXPECT_THAT(Records("\xef\xbb\xbf\r\n"), IsEmpty());
}

TEST(Csv, NamesTheLineOfWhatIsNotValidAndReadsOn) {
  EXPECT_THAT(Records("a\nb\"c\nd\n\"e\" f\ng\n\"h\ni\n"),
              ElementsAre("1:a", "2!a quote stands in a field that does not begin with one", "3:d",
                          "4!expected a comma or the end of the line after the closing quote", "5:g",
                          "6!a quote is never closed", "7:i"));
}

TEST(Csv, WhatIsWrittenIsReadAgainAndIsNoFormula) {
  EXPECT_EQ(CsvField("u-1"), "u-1");
  EXPECT_EQ(CsvField("=1+1"), "'=1+1");
  EXPECT_EQ(CsvField("-5"), "-5");
  EXPECT_EQ(CsvField("-5.25"), "-5.25");
  EXPECT_EQ(CsvField("-5a"), "'-5a");
  EXPECT_EQ(CsvField("+"), "'+");
  EXPECT_EQ(CsvField("@sum,\"x\""), "\"'@sum,\"\"x\"\"\"");
  EXPECT_EQ(CsvField("'=x"), "''=x");
  EXPECT_EQ(CsvField("'x"), "'x");
  std::mt19937 random(7);
  const std::string_view alphabet = "=+-@'\",a1. \xc3\xa9";
  for (int i = 0; i < 100'000; ++i) {
    std::string text(random() % 6, ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    const std::string field = CsvField(text);
    CsvReader reader(field);
    std::vector<std::string> fields;
    if (text.empty()) continue;
    ASSERT_TRUE(reader.Next(&fields)) << text;
    ASSERT_TRUE(reader.error().empty()) << text;
    ASSERT_EQ(fields.size(), 1u) << text;
    EXPECT_EQ(WithoutCsvGuard(fields[0]), text);
  }
}

std::vector<std::string> LinesOf(const Problems& problems) {
  std::vector<std::string> lines;
  for (const Problem& problem : problems) lines.push_back(problem.text);
  return lines;
}

TEST(MemberFile, ReadsOneColumnWithOrWithoutAHeader) {
  Problems problems;
  EXPECT_THAT(ReadMemberFile("u-2\nu-1\nu-2\n", "", "account", problems), ElementsAre("u-1", "u-2"));
  EXPECT_THAT(ReadMemberFile("account\nu-1\n", "", "account", problems), ElementsAre("u-1"));
  EXPECT_THAT(ReadMemberFile("unit_id\nu-1\n", "", "account", problems), ElementsAre("u-1"));
  EXPECT_THAT(ReadMemberFile("other\nu-1\n", "", "account", problems), ElementsAre("other", "u-1"));
  EXPECT_THAT(ReadMemberFile("name,id\r\n\"Ann, A.\",u-1\r\nBob,'=x\r\n", "id", "account", problems),
              ElementsAre("=x", "u-1"));
  EXPECT_THAT(problems, IsEmpty());
}

TEST(MemberFile, NamesEveryLineThatIsWrong) {
  Problems problems;
  ReadMemberFile("id,name\n,x\nu-1\n\xff,y\n" + std::string(257, 'a') + ",z\nu\x01,z\n", "id", "account", problems);
  EXPECT_THAT(LinesOf(problems),
              ElementsAre("line 2: expected a unit id, found none", "line 3: expected 2 fields, found 1",
                          "line 4: expected UTF-8 text", "line 5: expected at most 256 bytes, found 257",
                          "line 6: expected a unit id without control characters"));
  problems.clear();
  ReadMemberFile("a,b\n", "", "account", problems);
  ReadMemberFile("a,a\n", "a", "account", problems);
  ReadMemberFile("", "a", "account", problems);
  EXPECT_THAT(LinesOf(problems), ElementsAre("line 1: expected 1 field, found 2",
                                             "line 1: expected a header with one column \"a\", found 2",
                                             "line 1: expected a header with one column \"a\", found 0"));
  problems.clear();
  std::string many;
  for (int i = 0; i < 130; ++i) many += "a,b\n";
  ReadMemberFile(many, "", "account", problems);
  ASSERT_EQ(problems.size(), 101u);
  EXPECT_EQ(problems.back().text, "30 more lines are not valid");
}

}  // namespace
}  // namespace expt::service
