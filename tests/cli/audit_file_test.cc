#include "control-plane/cli/audit_file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "control-plane/publish/audit_seal.h"
#include "control-plane/publish/hex.h"
#include "control-plane/storage/audit_chain.h"
#include "src/host/crypto.h"

namespace expt::cli {
namespace {

using host::SecretKey;

// An audit of four entries, with heads behind the second and the last.
class AuditFile : public testing::Test {
 protected:
  AuditFile() {
    Digest hash{};
    for (int number = 1; number <= 4; ++number) {
      storage::AuditEntry entry{.number = number, .time_ms = 1'900'000'000'000, .actor = "Zoë", .action = "create"};
      entry.after = R"({"key":"a"})";
      const std::string text = storage::AuditText(entry);
      hash = storage::AuditHash(hash, text);
      lines_.push_back("{\"entry\":" + text + ",\"hash\":\"" + publish::Hex(hash) + "\"}");
      if (number % 2 == 0) lines_.push_back(Head(number, hash, key_));
    }
  }

  static std::string Head(int64_t number, const Digest& hash, const SecretKey& key) {
    const std::string head =
        "{\"number\":" + std::to_string(number) + ",\"time_ms\":1,\"hash\":\"" + publish::Hex(hash) + "\"}";
    return "{\"head\":" + head + ",\"key_id\":\"" + publish::Hex(host::KeyIdOf(key.public_key())) +
           "\",\"signature\":\"" + publish::Hex(key.Sign(std::string(publish::kAuditHeadDomain) + head)) + "\"}";
  }

  // What is said of the lines: "" when nothing is wrong.
  std::string Check(const std::vector<std::string>& lines, bool with_key = true) {
    AuditCheck check(with_key ? std::optional(key_.public_key()) : std::nullopt);
    for (const std::string& line : lines) {
      if (const absl::Status status = check.Add(line); !status.ok()) return std::string(status.message());
    }
    return std::string(check.Finish().message());
  }
  std::vector<std::string> Without(size_t first, size_t count = 1) {
    std::vector<std::string> lines = lines_;
    lines.erase(lines.begin() + static_cast<ptrdiff_t>(first), lines.begin() + static_cast<ptrdiff_t>(first + count));
    return lines;
  }
  std::vector<std::string> With(size_t at, std::string line) {
    std::vector<std::string> lines = lines_;
    lines[at] = std::move(line);
    return lines;
  }

  const SecretKey key_ = SecretKey::Generate();
  std::vector<std::string> lines_;  // entry 1, entry 2, head 2, entry 3, entry 4, head 4
};

TEST_F(AuditFile, AWholeOneHasNothingWrong) {
  EXPECT_EQ(Check(lines_), "");
  EXPECT_EQ(Check(lines_, /*with_key=*/false), "");
  EXPECT_EQ(Check({}), "");
}

TEST_F(AuditFile, EveryCharacterOfALineCounts) {
  for (const size_t at : {size_t{0}, size_t{5}}) {
    for (size_t i = 0; i < lines_[at].size(); ++i) {
      std::string line = lines_[at];
      line[i] ^= 1;
      EXPECT_NE(Check(With(at, line)), "") << line;
    }
  }
}

TEST_F(AuditFile, AnAlteredEntryIsNamed) {
  std::string line = lines_[1];
  line.replace(line.find("create"), 6, "delete");
  EXPECT_EQ(Check(With(1, line)), "entry 2 has been altered");
}

TEST_F(AuditFile, AMissingEntryIsNamed) {
  EXPECT_EQ(Check(Without(0)), "entry 1 is missing");
  EXPECT_EQ(Check(Without(3)), "entry 3 is missing");
}

TEST_F(AuditFile, AnEndThatWasCutOffIsNamedBySignedHeads) {
  EXPECT_EQ(Check(Without(4)), "entry 4 is missing: a signed head names entry 4");
  EXPECT_EQ(Check(Without(3, 2)), "entry 3 is missing: a signed head names entry 4");
}

TEST_F(AuditFile, AChainThatWasWrittenAnewDisagreesWithItsHeads) {
  storage::AuditEntry entry{.number = 1, .actor = "eve"};
  const std::string text = storage::AuditText(entry);
  const Digest hash = storage::AuditHash({}, text);
  const std::string forged = "{\"entry\":" + text + ",\"hash\":\"" + publish::Hex(hash) + "\"}";
  storage::AuditEntry second{.number = 2, .actor = "eve"};
  const std::string next = storage::AuditText(second);
  const std::string forged_next =
      "{\"entry\":" + next + ",\"hash\":\"" + publish::Hex(storage::AuditHash(hash, next)) + "\"}";
  EXPECT_EQ(Check({forged, forged_next, lines_[2]}, /*with_key=*/false),
            "entry 2 or one before it was replaced: a signed head names another hash");
}

TEST_F(AuditFile, AHeadOfAnotherKeyIsRefused) {
  const std::string other = Head(4, {}, SecretKey::Generate());
  EXPECT_EQ(Check(With(5, other)), "the head of entry 4 is not signed by that key");
}

TEST_F(AuditFile, OtherLinesAreRefused) {
  EXPECT_EQ(Check({""}), "expected an entry or a signed head of an audit");
  EXPECT_EQ(Check({R"({"entry":[1]})"}), "expected an entry or a signed head of an audit");
  EXPECT_EQ(Check({R"({"head":{}})"}), "expected an entry or a signed head of an audit");
}

}  // namespace
}  // namespace expt::cli
