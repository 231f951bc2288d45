"""Models: built at random, loaded from a finished run, and fed with images and words.

Every architecture stands behind open_clip's model interface (`encode_image`, `encode_text`, `logit_scale`,
`visual.image_size`, ...), so that training and evaluation never ask which one they hold.

    build.py       settings -> a model at random initialisation, from the registry of architectures
    tiny.py        our own CLIP for a laptop: a small CNN and a bag of words
    stock.py       any of open_clip's configs
    words.py       the tokenizer of the tiny model: one token per word of the training captions
    preprocess.py  compressed image -> pixels -> what the image tower reads
    head.py        the cosine head of supervised models
    towers.py      towers taken over from another model, and frozen
    trained.py     a run's model, written and loaded
    pretrained.py  a model that others trained, loaded
"""
