"""Words of rules."""

LEVELS = {"province": "省级", "prefecture": "市级", "county": "县级", "township": "乡镇（街道）"}
OF = {"household": "家庭", "person": "个人"}
