"""The model: texts to vectors and token vectors, its export, and what is calibrated for it. Only here torch and OpenVINO are imported."""
