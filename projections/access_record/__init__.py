"""The projection `access_record`: who read what about which patient, from the stream `CAIRN_ACCESS`."""
