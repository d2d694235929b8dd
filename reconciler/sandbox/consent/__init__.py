"""The simulated `portal.zaptec.com/access/request/<lookup key>`: a person lets a user group into an installation.

The person logs in, sees the group's real name and the installations of which they are Owner, and approves or
denies. There are no cookies: a signed ticket of a few minutes travels in the form.
Source: Zaptec's page "Third-party integration onboarding flow".
"""
