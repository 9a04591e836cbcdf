#include "src/base/json_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "src/base/json_writer.h"

namespace expt::base {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

TEST(JsonText, EscapesWhatJsonCannotHold) {
  EXPECT_EQ(Quoted("plain"), "\"plain\"");
  EXPECT_EQ(Quoted("a\"b\\c\n\r\t"), "\"a\\\"b\\\\c\\n\\r\\t\"");
  EXPECT_EQ(Quoted(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
  EXPECT_EQ(Quoted("Zürich 日本 😀"), "\"Zürich 日本 😀\"");
}

TEST(JsonText, BytesThatAreNotUtf8BecomeReplacementCharacters) {
  EXPECT_EQ(Quoted("a\xff\xc3"), "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(JsonText, ValuesAreOneLine) {
  EXPECT_EQ(ToJson(ValueView()), "null");
  EXPECT_EQ(ToJson(ValueView(true)), "true");
  EXPECT_EQ(ToJson(ValueView(std::numeric_limits<int64_t>::min())), "-9223372036854775808");
  EXPECT_EQ(ToJson(ValueView(1.0)), "1.0");
  EXPECT_EQ(ToJson(ValueView(std::numeric_limits<double>::quiet_NaN())), "null");
  EXPECT_EQ(ToJson(ValueView("a\"b")), "\"a\\\"b\"");
  EXPECT_EQ(ToJson(ValueView({"a", "b"})), "[\"a\",\"b\"]");
  EXPECT_EQ(ToJson(ValueView::Json("{\n\"a\":\r1}")), "{ \"a\": 1}");
}

TEST(JsonWriter, PutsCommasBetweenEntriesOnly) {
  JsonWriter w;
  w.BeginObject();
  w.Field("a", 1);
  w.Key("b");
  w.BeginArray();
  w.BeginObject();
  w.EndObject();
  w.Text("x");
  w.BeginArray();
  w.EndArray();
  w.EndArray();
  w.Field("c", true);
  w.Field("d", "t");
  w.EndObject();
  EXPECT_EQ(w.Take(), R"({"a":1,"b":[{},"x",[]],"c":true,"d":"t"})");
}

}  // namespace
}  // namespace expt::base
