#include "control-plane/schedule/agenda.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "control-plane/storage/state_store.h"

namespace expt::schedule {
namespace {

using storage::ChangeRequest;
using storage::ChangeRequestState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Time At(int64_t ms) { return Time(std::chrono::milliseconds(ms)); }

class AgendaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / ("expt-agenda-" + std::to_string(getpid()));
    std::filesystem::create_directories(directory_);
    auto state = storage::StateStore::Open(directory_ / "state.db");
    ASSERT_TRUE(state.ok()) << state.status();
    state_ = *std::move(state);
    Start();
  }
  void TearDown() override {
    agenda_.reset();
    state_.reset();
    std::filesystem::remove_all(directory_);
  }

  // As a start of the process does it.
  void Start() {
    agenda_ = std::make_unique<Agenda>(
        *state_, AgendaOptions{.now = [this] { return now_; }, .publish = [this](const DueChange& due) {
                                 published_.push_back(due.id + " of " + due.actor);
                                 if (writes_) Write(due.id, ChangeRequestState::kApplied, 0, 7);
                               }});
  }
  std::vector<std::string> Look() {
    published_.clear();
    EXPECT_TRUE(agenda_->Look().ok());
    return published_;
  }
  void Write(const std::string& id, ChangeRequestState state, int64_t publish_at_ms, int64_t version) {
    const auto before = state_->FindChangeRequest(id);
    ASSERT_TRUE(before.ok()) << before.status();
    ChangeRequest request = before->value_or(ChangeRequest());
    request.id = id;
    request.state = state;
    request.publish_at_ms = publish_at_ms;
    request.scheduled_by = "ann";
    request.version = version;
    if (state == ChangeRequestState::kApplied) {
      request.applied_by = "ben";
      request.applied_ms = now_.time_since_epoch().count();
    }
    storage::Change change{.actor = "ann", .address = "", .time_ms = now_.time_since_epoch().count()};
    change.change_requests = {{.request = request, .revision = request.revision}};
    const auto committed = state_->Commit(change);
    ASSERT_TRUE(committed.ok()) << committed.status();
  }

  std::filesystem::path directory_;
  Time now_ = At(1000);
  bool writes_ = true;
  std::vector<std::string> published_;
  std::unique_ptr<storage::StateStore> state_;
  std::unique_ptr<Agenda> agenda_;
};

TEST_F(AgendaTest, PublishesWhatIsApprovedAtItsTimeAndOnce) {
  Write("late", ChangeRequestState::kApproved, 3000, 0);
  Write("early", ChangeRequestState::kApproved, 2000, 0);
  Write("open", ChangeRequestState::kOpen, 2000, 0);
  Write("whenever", ChangeRequestState::kApproved, 0, 0);
  now_ = At(1999);
  EXPECT_THAT(Look(), IsEmpty());
  now_ = At(2000);
  EXPECT_THAT(Look(), ElementsAre("early of ann"));
  EXPECT_THAT(Look(), IsEmpty());
  now_ = At(9000);
  EXPECT_THAT(Look(), ElementsAre("late of ann"));
}

TEST_F(AgendaTest, WhatCameDueWhileNoProcessRanIsPublishedByTheNextOne) {
  Write("late", ChangeRequestState::kApproved, 3000, 0);
  now_ = At(5000);
  Start();
  EXPECT_THAT(Look(), ElementsAre("late of ann"));
}

TEST_F(AgendaTest, WhatCouldNotBeNotedIsLookedAtAgain) {
  Write("late", ChangeRequestState::kApproved, 1000, 0);
  writes_ = false;
  EXPECT_THAT(Look(), ElementsAre("late of ann"));
  writes_ = true;
  EXPECT_THAT(Look(), ElementsAre("late of ann"));
  EXPECT_THAT(Look(), IsEmpty());
}

TEST_F(AgendaTest, OnlyAProcessThatIsGoneLeavesAPublishToTheAgenda) {
  Write("applied", ChangeRequestState::kApplied, 0, 0);
  now_ = At(2000);
  EXPECT_THAT(Look(), IsEmpty()) << "whoever applied it is about to publish it";
  Start();
  EXPECT_THAT(Look(), ElementsAre("applied of ben"));
  EXPECT_THAT(Look(), IsEmpty());
}

}  // namespace
}  // namespace expt::schedule
