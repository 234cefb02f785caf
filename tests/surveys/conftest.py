from hypothesis import settings

settings.register_profile("surveys", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("surveys")
