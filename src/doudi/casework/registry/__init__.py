"""The low-income registry (省低收入人口数据库): people, households, categories, history, corrections, the chain of aid."""
