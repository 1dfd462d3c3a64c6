"""The model: texts to vectors, its export, what is calibrated for it. Only here torch and OpenVINO are imported."""
