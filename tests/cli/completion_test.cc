#include "control-plane/cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace expt::cli {
namespace {

using testing::HasSubstr;

class Completion : public testing::Test {
 protected:
  Completion() : app_("things", "expt") {
    CLI::App* eval = app_.add_subcommand("eval", "Decide it's so");
    eval->add_option("--flag", flag_, "flag key");
    eval->add_flag("--all", all_, "every flag");
    CLI::App* events = app_.add_subcommand("events", "Report");
    events->add_subcommand("send", "Send")->add_option("--key", flag_, "key");
  }
  CLI::App app_;
  std::string flag_;
  bool all_ = false;
};

TEST_F(Completion, BashOffersWhatStandsAtEachLevel) {
  const std::string script = CompletionScript(app_, "bash");
  EXPECT_THAT(script, HasSubstr("\"expt\") candidates=\"eval events --help\""));
  EXPECT_THAT(script, HasSubstr("\"expt eval\") candidates=\"--help --flag --all\""));
  EXPECT_THAT(script, HasSubstr("\"expt events\") candidates=\"send --help\""));
  EXPECT_THAT(script, HasSubstr("\"expt events send\") candidates=\"--help --key\""));
}

TEST_F(Completion, FishEscapesDescriptionsAndKnowsWhichOptionsTakeAValue) {
  const std::string script = CompletionScript(app_, "fish");
  EXPECT_THAT(script, HasSubstr("complete -c expt -n '__fish_use_subcommand' -f -a eval -d 'Decide it\\'s so'"));
  EXPECT_THAT(script, HasSubstr("-n '__fish_seen_subcommand_from eval' -l flag -r -d 'flag key'"));
  EXPECT_THAT(script, HasSubstr("-n '__fish_seen_subcommand_from eval' -l all -d 'every flag'"));
  EXPECT_THAT(script, HasSubstr("'__fish_seen_subcommand_from events; and __fish_seen_subcommand_from send' -l key"));
}

TEST_F(Completion, ZshIsAFunctionForCompdef) {
  const std::string script = CompletionScript(app_, "zsh");
  EXPECT_THAT(script, testing::StartsWith("#compdef expt\n"));
  EXPECT_THAT(script, HasSubstr("\"expt events send\") candidates="));
}

TEST_F(Completion, AnotherShellIsUnknown) { EXPECT_EQ(CompletionScript(app_, "tcsh"), ""); }

}  // namespace
}  // namespace expt::cli
