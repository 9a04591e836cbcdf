#include "control-plane/cli/code_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace expt::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::set<std::string, std::less<>> kKeys = {"checkout", "new.basket", "a"};

std::vector<std::string> LinesOf(const std::vector<CodeReference>& references) {
  std::vector<std::string> lines;
  for (const CodeReference& found : references) {
    lines.push_back(found.path + ":" + std::to_string(found.line) + " " + found.flag + " " + found.text);
  }
  return lines;
}

TEST(CodeScan, AFlagIsNamedWhereItsKeyStandsInQuotes) {
  EXPECT_THAT(LinesOf(FindReferences("if (flags.Bool(\"checkout\")) {\n"
                                     "  checkout();  // no key\n"
                                     "  x = 'new.basket' + `a` + \"a\";\r\n"
                                     "  y = \"checkout \" + \"it's 'checkout'\";",
                                     "f.cc", kKeys)),
              ElementsAre("f.cc:1 checkout if (flags.Bool(\"checkout\")) {", "f.cc:3 a x = 'new.basket' + `a` + \"a\";",
                          "f.cc:3 new.basket x = 'new.basket' + `a` + \"a\";",
                          "f.cc:4 checkout y = \"checkout \" + \"it's 'checkout'\";"));
  EXPECT_THAT(FindReferences("", "f", kKeys), IsEmpty());
  EXPECT_THAT(FindReferences("\"", "f", kKeys), IsEmpty());
  const std::vector<CodeReference> broken = FindReferences("\xff \"a\"", "f", kKeys);
  ASSERT_EQ(broken.size(), 1u);
  EXPECT_EQ(broken[0].text, "") << "what is no text is not sent";
  const std::vector<CodeReference> wide = FindReferences("\"a\" " + std::string(600, 'x') + "é", "f", kKeys);
  EXPECT_EQ(wide[0].text.size(), 512u);
}

TEST(CodeScan, ReadsTheTextFilesOfATree) {
  namespace fs = std::filesystem;
  const fs::path root = fs::temp_directory_path() / ("expt-code-scan-" + std::to_string(getpid()));
  fs::remove_all(root);
  const auto write = [&](const std::string& path, const std::string& text) {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path, std::ios::binary) << text;
  };
  write("z.py", "flag('checkout')\n");
  write("src/deep/b.ts", "\n\"checkout\"");
  write("src/a.ts", "\"a\"");
  write(".git/config", "\"checkout\"");
  write("src/.hidden", "\"checkout\"");
  write("node_modules/x.js", "\"checkout\"");
  write("binary", std::string("\"checkout\"\0", 11));
  write("large", "\"checkout\"" + std::string(1 << 20, ' '));
  fs::create_symlink(root / "z.py", root / "link.py");
  const auto scan = ScanTree(root.string(), kKeys, {"node_modules"});
  fs::remove_all(root);
  ASSERT_TRUE(scan.ok()) << scan.status();
  EXPECT_EQ(scan->files, 3u);
  EXPECT_THAT(LinesOf(scan->references), ElementsAre("src/a.ts:1 a \"a\"", "src/deep/b.ts:2 checkout \"checkout\"",
                                                     "z.py:1 checkout flag('checkout')"));
  EXPECT_EQ(ScanTree(root.string(), kKeys, {}).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace expt::cli
