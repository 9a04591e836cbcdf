// What a grant at one place says about the others.
#include "control-plane/service/rights.h"

#include <gtest/gtest.h>

#include <memory>

namespace expt::service {
namespace {

PermissionSet Of(Role role) { return PermissionsOf(role); }

TEST(Rights, WithoutAGrantNothingIsPermitted) {
  const Rights rights;
  EXPECT_TRUE(rights.At("", "").empty());
  EXPECT_TRUE(rights.At("shop", "").empty());
  EXPECT_TRUE(rights.At("shop", "production").empty());
  for (const PermissionRow& row : PermissionTable()) EXPECT_FALSE(rights.Anywhere(row.permission)) << row.word;
}

TEST(Rights, AGrantHoldsForItsPlaceAndWhatIsBelow) {
  const Rights everywhere({{.permissions = Of(Role::kEditor)}});
  EXPECT_EQ(everywhere.At("", ""), Of(Role::kEditor));
  EXPECT_EQ(everywhere.At("shop", ""), Of(Role::kEditor));
  EXPECT_EQ(everywhere.At("shop", "production"), Of(Role::kEditor));

  const Rights project({{.project = "shop", .permissions = Of(Role::kEditor)}});
  EXPECT_TRUE(project.At("", "").empty());
  EXPECT_EQ(project.At("shop", ""), Of(Role::kEditor));
  EXPECT_EQ(project.At("shop", "production"), Of(Role::kEditor));
  EXPECT_TRUE(project.At("bank", "").empty());
  EXPECT_TRUE(project.At("bank", "production").empty());
}

TEST(Rights, AGrantInAnEnvironmentAlsoReadsTheDefinitionsOfItsProject) {
  const Rights rights({{.project = "shop", .environment = "production", .permissions = Of(Role::kPublisher)}});
  EXPECT_EQ(rights.At("shop", "production"), Of(Role::kPublisher));
  EXPECT_EQ(rights.At("shop", ""), SharedPermissions());
  EXPECT_TRUE(rights.At("shop", "staging").empty());
  EXPECT_TRUE(rights.At("", "").empty());
  for (const PermissionRow& row : PermissionTable()) {
    EXPECT_TRUE(!row.is_shared || row.word.ends_with(".read")) << row.word;
  }
}

TEST(Rights, GrantsAddUp) {
  const Rights rights({{.permissions = Of(Role::kViewer)},
                       {.project = "shop", .environment = "staging", .permissions = Of(Role::kPublisher)}});
  EXPECT_EQ(rights.At("shop", "production"), Of(Role::kViewer));
  EXPECT_EQ(rights.At("shop", "staging"), Of(Role::kPublisher));
  EXPECT_TRUE(rights.Anywhere(Permission::kPublishWrite));
  EXPECT_FALSE(rights.Anywhere(Permission::kKeysWrite));
}

TEST(Rights, ATokenNeverPermitsMoreThanItsOwnerMayDo) {
  const auto owner =
      std::make_shared<const Rights>(std::vector<Grant>{{.project = "shop", .permissions = Of(Role::kEditor)}});
  const Rights token({{.permissions = Of(Role::kAdmin)}}, owner);
  EXPECT_TRUE(token.At("", "").empty());
  EXPECT_EQ(token.At("shop", "production"), Of(Role::kEditor));
  EXPECT_TRUE(token.At("bank", "").empty());
  EXPECT_TRUE(token.Anywhere(Permission::kFlagsWrite));
  EXPECT_FALSE(token.Anywhere(Permission::kPublishWrite));
  ASSERT_EQ(token.Places().size(), 1u);
  EXPECT_EQ(token.Places()[0].project, "shop");
}

TEST(Rights, WhatIsWithheldIsHeldNowhere) {
  const Rights rights({{.permissions = Of(Role::kAdmin)}}, nullptr, AdminPermissions());
  EXPECT_EQ(rights.At("shop", ""), Of(Role::kPublisher));
}

TEST(Permissions, EachRoleMayDoWhatTheOnesBeforeItMay) {
  for (size_t i = 1; i < kRoles.size(); ++i) {
    EXPECT_TRUE(Of(kRoles[i]).HasAll(Of(kRoles[i - 1]))) << RoleName(kRoles[i]);
    EXPECT_NE(Of(kRoles[i]), Of(kRoles[i - 1])) << RoleName(kRoles[i]);
  }
  for (const Role role : kRoles) EXPECT_EQ(RoleByName(RoleName(role)), role);
  EXPECT_EQ(RoleByName("owner"), std::nullopt);
}

TEST(Permissions, WordsNameThem) {
  for (const PermissionRow& row : PermissionTable()) EXPECT_EQ(PermissionByWord(row.word), row.permission);
  EXPECT_EQ(PermissionByWord("flags.own"), std::nullopt);
}

}  // namespace
}  // namespace expt::service
