#include "control-plane/http/framing.h"

#include <gtest/gtest.h>

#include <string>

namespace expt::http {
namespace {

int StatusOf(const std::string& head) {
  const HeadScan scan = ScanHead(head, {});
  if (scan.fault) return scan.fault->status;
  if (scan.size == 0) return 0;  // not complete
  const auto fault = CheckHead(std::string_view(head).substr(0, scan.size), {});
  return fault ? fault->status : 200;
}

std::string WithFields(const std::string& fields) { return "GET /livez HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }

TEST(Framing, AcceptsOrdinaryHeads) {
  EXPECT_EQ(StatusOf(WithFields("")), 200);
  EXPECT_EQ(StatusOf(WithFields("Accept: */*\r\nX-Empty:\r\nUser-Agent: a\tb\r\n")), 200);
  EXPECT_EQ(StatusOf("POST /a?b=%20 HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"), 200);
  EXPECT_EQ(StatusOf(WithFields("Transfer-Encoding: Chunked\r\n")), 200);
}

TEST(Framing, ScanSaysWhereTheHeadEnds) {
  const std::string head = WithFields("");
  EXPECT_EQ(ScanHead(head + "body", {}).size, head.size());
  for (size_t size = 0; size < head.size(); ++size) {
    const HeadScan scan = ScanHead(std::string_view(head).substr(0, size), {});
    EXPECT_FALSE(scan.fault) << size;
    EXPECT_EQ(scan.size, 0u) << size;
  }
}

TEST(Framing, RefusesABodyLengthThatCanBeReadInTwoWays) {
  EXPECT_EQ(StatusOf(WithFields("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")), 400);
  EXPECT_EQ(StatusOf(WithFields("Content-Length: 1\r\nContent-Length: 1\r\n")), 400);
  EXPECT_EQ(StatusOf(WithFields("Content-Length: 1\r\nContent-Length: 2\r\n")), 400);
  EXPECT_EQ(StatusOf(WithFields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")), 400);
  EXPECT_EQ(StatusOf(WithFields("Transfer-Encoding: gzip, chunked\r\n")), 400);
  EXPECT_EQ(StatusOf(WithFields("Transfer-Encoding: identity\r\n")), 400);
  EXPECT_EQ(StatusOf(WithFields("Transfer-Encoding: \x0b"
                                "chunked\r\n")),
            400);
  for (const char* length : {"-1", "+1", "1,1", "0x1", "1 1", "", "9999999999999999999"}) {
    EXPECT_EQ(StatusOf(WithFields(std::string("Content-Length: ") + length + "\r\n")), 400) << length;
  }
  EXPECT_EQ(StatusOf("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(Framing, RefusesBareLineEndsAndControlBytes) {
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\nHost: a\n\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf(std::string("GET /\0 HTTP/1.1\r\n", 18)), 400);
  EXPECT_EQ(StatusOf(WithFields(std::string("X: a\0b\r\n", 8))), 400);
  EXPECT_EQ(StatusOf(WithFields("X: a\x7f\r\n")), 400);
  EXPECT_EQ(StatusOf("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
}

TEST(Framing, RefusesFieldsWithoutAValidName) {
  EXPECT_EQ(StatusOf(WithFields("X: a\r\n folded\r\n")), 400);
  EXPECT_EQ(StatusOf(WithFields("X : a\r\n")), 400);
  EXPECT_EQ(StatusOf(WithFields("no colon\r\n")), 400);
  EXPECT_EQ(StatusOf(WithFields(": a\r\n")), 400);
}

TEST(Framing, RefusesSecondFieldsThatMayStandOnce) {
  for (const char* name : {"Host", "Authorization", "Content-Type", "Content-Encoding", "If-Match"}) {
    const std::string field = std::string(name) + ": a\r\n";
    EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: b\r\n" + field + field + "\r\n"), 400) << name;
  }
}

TEST(Framing, RefusesOtherRequestLines) {
  EXPECT_EQ(StatusOf("GET /\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET * HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("G(T / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\n\r\n"), 400);  // without Host
}

TEST(Framing, LimitsLineFieldsAndTotal) {
  EXPECT_EQ(StatusOf("GET /" + std::string(9000, 'a')), 414);
  EXPECT_EQ(StatusOf(WithFields("X: " + std::string(9000, 'a') + "\r\n")), 431);
  std::string many;
  for (int i = 0; i < 99; ++i) many += "X: a\r\n";
  EXPECT_EQ(StatusOf(WithFields(many)), 200);
  EXPECT_EQ(StatusOf(WithFields(many + "X: a\r\n")), 431);
  std::string large;
  for (int i = 0; i < 3; ++i) large += "X: " + std::string(6000, 'a') + "\r\n";
  EXPECT_EQ(StatusOf(WithFields(large)), 431);
}

}  // namespace
}  // namespace expt::http
