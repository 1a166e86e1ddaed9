"""The six people of the sample clinic. All of them are invented; their ids stand for nobody."""

from services.sample.stories.pt_7f3a import STORY as PT_7F3A
from services.sample.stories.pt_19c4 import STORY as PT_19C4
from services.sample.stories.pt_40d8 import STORY as PT_40D8
from services.sample.stories.pt_b52e import STORY as PT_B52E
from services.sample.stories.pt_c90b import STORY as PT_C90B
from services.sample.stories.pt_e6a1 import STORY as PT_E6A1

STORIES = (PT_7F3A, PT_19C4, PT_B52E, PT_40D8, PT_E6A1, PT_C90B)
